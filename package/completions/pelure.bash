# Completes the command line of pelure in bash.
_pelure() {
    local word=$2 before=$3
    COMPREPLY=()
    case $before in
        --profile)
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        --passphrase-file | --tor-config | --audio-in | --audio-out)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        --language)
            mapfile -t COMPREPLY < <(compgen -W "en fr" -- "$word")
            return
            ;;
        --tor)
            mapfile -t COMPREPLY < <(compgen -W "auto embedded system" -- "$word")
            return
            ;;
        --passphrase-fd | --tor-control | --tor-socks) return ;;
    esac
    local both="--profile --portable --traceless --tor-config --tor --tor-control --tor-socks --audio-in --audio-out"
    local window="--language" headless="--passphrase-fd --passphrase-file" alone="headless doctor --version --help"
    case ${COMP_WORDS[1]} in
        headless) mapfile -t COMPREPLY < <(compgen -W "$both $headless" -- "$word") ;;
        doctor) mapfile -t COMPREPLY < <(compgen -W "--language --tor --tor-control --tor-socks" -- "$word") ;;
        *) mapfile -t COMPREPLY < <(compgen -W "$both $window $alone" -- "$word") ;;
    esac
}
complete -o filenames -F _pelure pelure
