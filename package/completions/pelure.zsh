#compdef pelure
# Completes the command line of pelure in zsh.
_pelure() {
    local -a tor both window headless
    tor=(
        '--tor[which Tor]:which:(auto embedded system)'
        '--tor-control[control port of the Tor of the system]:address:'
        '--tor-socks[its SOCKS port]:address:'
    )
    both=(
        '--profile[where the profile is]:directory:_files -/'
        '--portable[keep the profile beside the program]'
        '--traceless[keep everything in memory]'
        '--tor-config[settings of Arti]:file:_files -g "*.toml"'
        $tor
        '--audio-in[the microphone of calls]:device or file:_files'
        '--audio-out[the loudspeaker of calls]:device or file:_files'
    )
    window=('--language[the language of the window]:language:(en fr)')
    headless=(
        '--passphrase-fd[descriptor the passphrase is read from]:number:'
        '--passphrase-file[file the passphrase is read from]:file:_files'
    )
    case $words[2] in
        headless)
            shift words
            ((CURRENT--))
            _arguments $both $headless
            ;;
        doctor)
            shift words
            ((CURRENT--))
            _arguments $tor $window
            ;;
        *)
            _arguments $both $window '(- *)'{-V,--version}'[say which version it is]' \
                '(- *)'{-h,--help}'[say how it is used]' '1:command:((headless\:"speak JSON instead of opening a window" doctor\:"say what is good around the program"))'
            ;;
    esac
}
_pelure "$@"
