### Settings, Tor, passphrase, backup, panic, help, about.

## Tor.
tor-title = Tor
tor-offline = Offline, because you chose to be
tor-offline-means = Nothing is sent or received. To your contacts you are offline.
tor-connecting = Connecting, { $percent } %
tor-connecting-means = The first time takes a minute or two. What you write waits and leaves by itself.
tor-blocked = Tor cannot connect; it came to { $percent } %
tor-says = Tor says: { $words }
tor-words = { $words }
tor-step-network = connecting to the Tor network
tor-step-bridge = connecting to a bridge
tor-step-proxy = connecting through the proxy
tor-step-directory = fetching the list of relays
tor-obstacle-offline = This computer seems to be offline.
tor-obstacle-filtered = Something lets connections through, but not to Tor. A bridge may help.
tor-obstacle-clock = The clock of this computer seems to be wrong ({ $words }). Set it; Pelure then goes on by itself.
tor-obstacle-directory = The list of Tor relays cannot be fetched.
tor-obstacle-network = The Tor network cannot be reached.
tor-obstacle-bridges = No bridge answers. They may be gone, blocked or mistyped: ask for others, or for another kind. Nothing goes around them.
tor-obstacle-proxy = Nothing comes through the proxy. Look whether it runs, and check its address, user and password. Nothing goes around it.
tor-obstacle-no-program = No program for { $transport } bridges is on this computer. Install one, or set other bridges. Nothing goes around them.
tor-obstacle-unreadable = The saved bridges or proxy cannot be read. Set them again; until then nothing is connected.
tor-obstacle-stopped = Tor could not be started anew. Quit Pelure and start it again.
tor-progress = Progress of Tor
tor-ready = Connected
tor-ready-means = Everything goes through Tor. Nobody you talk to learns where you are.
tor-what-to-do = What you can do
tor-do-network = Try another network: some block Tor, or ask you to sign in first.
tor-do-clock = Check the date, the time and the time zone of this machine: Tor does not work with a wrong clock.
tor-do-wait = Wait: it is tried again by itself.
tor-do-bridges = If Tor is blocked where you are, enter it by a bridge: see “Bridges and proxy”.
tor-go-online = Go online
tor-go-offline = Go offline
tor-identities = Your identities
tor-reach-offline = { $name }: offline
tor-reach-hidden = { $name }: appears offline
tor-reach-starting = { $name }: being published, which takes up to two minutes
tor-reach-reachable = { $name }: contacts can reach it
tor-reach-unreachable = { $name }: cannot be reached for now; it is tried again by itself
tor-reach-barred = { $name }: you can reach others, they cannot reach you
barred-port = Tor’s control port does not answer as it should. Start Tor, or start Pelure with --tor-control and the right address.
barred-password = Tor’s control port wants another password. Start Pelure with the right one in PELURE_TOR_PASSWORD.
barred-cookie = Tor’s control port wants a cookie that you may not read. Let your user join the group of Tor (debian-tor on Debian), then sign in again.
barred-refused = Tor refuses what Pelure needs. Look at the lines ControlPort and CookieAuthentication in its torrc, or update Tor.
barred-tails = Tails does not know Pelure yet. In the folder of Pelure, type: sudo ./tails/install-tails.sh
barred-whonix = The Whonix gateway does not know Pelure yet. Install Pelure’s profile there, as its page for Tails and Whonix says.
barred-ports = The ports 17630 to 17639 of this machine are in use. Close the programs that use them.
barred-twice = Another program runs this identity over the same Tor. Close it.
tor-appear-offline = Appear offline with { $name }
tor-appear-means = Who appears offline receives nothing and sends nothing.
tor-contacts = Contacts who are not connected
tor-contacts-more = { $count ->
        [one] and one more
       *[other] and { $count } more
    }

## Settings.
settings-title = Settings
settings-back = Back to the list
settings-appearance = Appearance
settings-look-auto = As the desktop
settings-look-light = Light
settings-look-dark = Dark
settings-look-contrast = High contrast
settings-scale = Size: { $percent } %
settings-smaller = Smaller
settings-larger = Larger
settings-language = Language
settings-writing = Writing
settings-enter-sends = Enter sends, Shift+Enter begins a new line
settings-enter-breaks = Enter begins a new line, Ctrl+Enter sends
settings-notifications = Notifications
settings-notify-never = None
settings-notify-plain = That there is a message, not from whom
settings-notify-name = Who wrote, never what
settings-notify-note = Notifications go to your desktop, which may keep them.
settings-privacy = Privacy
settings-lock = Lock when nobody is at the keyboard
settings-lock-never = Pelure stays open until you lock it.
settings-lock-after = { $minutes ->
        [one] After 1 minute
       *[other] After { $minutes } minutes
    }
settings-lock-sooner = Sooner
settings-lock-later = Later
settings-traceless = This profile lives in memory alone and is gone when Pelure ends.
settings-traceless-lock = It cannot be locked, because it has no passphrase.
settings-swap = This machine has swap that is not known to be encrypted: what is in memory may reach the disk. Switch swap off or encrypt it.
settings-receipts = Read receipts are off until you and a contact both want them. They are set for each contact, in the details of the conversation.
settings-blocked = Blocked requests
settings-blocked-none = Nobody who asked is blocked.
settings-blocked-for = For your identity { $identity }
settings-unblock = Let { $address } ask again
settings-identities = Identities
settings-identity-address = Address of { $name }
settings-identity-remove = Remove { $name }
settings-identity-new = New identity
settings-profile = Profile
settings-profile-where = Kept, encrypted, in { $path }
settings-passphrase = Change the passphrase
settings-backup = Make a backup
settings-panic = Destroy everything
settings-panic-note = Asks once, then destroys the keys. Also by Ctrl+Shift+Delete.
settings-network = Network
settings-tor-connecting = Connecting
settings-tor-blocked = Tor cannot connect
settings-tor = Tor in detail

## Bridges and proxy.
detour-title = Bridges and proxy
detour-change = Change bridges and proxy
detour-straight = Tor is entered by its public relays.
detour-by-bridges = { $count ->
    [one] Tor is entered by one bridge, and in no other way.
   *[other] Tor is entered by { $count } bridges, and in no other way.
}
detour-by-proxy = Every connection goes through your proxy.
detour-by-ports = Only certain ports are connected to.
detour-what = Where Tor is blocked, or should not be seen, it is entered by bridges or through a proxy. What you set here is kept in your profile, encrypted, and nothing goes around it.
detour-not-ours = Pelure uses the Tor of this computer, which decides by itself how it is entered. On Tails, choose bridges in “Tor Connection”.
detour-unreadable = The saved bridges or proxy cannot be read. Set them again; until then nothing is connected.
detour-bridges = Bridges
detour-bridges-note = A bridge is an entrance to Tor that is in no public list. Ask for some at bridges.torproject.org, by a mail to bridges@torproject.org, or of somebody you trust.
detour-lines = Bridge lines, one below the other
detour-too-many = At most 100 bridges can be kept. Two or three that answer are enough.
detour-more = { $count ->
    [one] and one more line
   *[other] and { $count } more lines
}
detour-line-plain = Line { $line }: a bridge without a transport; no other program is needed.
detour-line-served = Line { $line }: { $transport }, by { $program }
detour-line-missing = Line { $line }: { $transport } needs another program, and it is not on this computer. Install one of these packages: { $programs }.
detour-line-unknown = Line { $line }: the transport “{ $transport }” is not known here. Ask for obfs4, webtunnel, snowflake or meek_lite bridges.
detour-line-too-long = Line { $line }: too long for a bridge line. Copy it again.
detour-line-no-address = Line { $line }: no bridge line, or its address is not a numeric one with a port. Copy the whole line again.
detour-line-no-fingerprint = Line { $line }: its fingerprint, 40 digits and letters, is missing or damaged. Copy the whole line again.
detour-line-bad-setting = Line { $line }: what follows the fingerprint is damaged or missing. Copy the whole line again.
detour-proxy-title = Proxy
detour-proxy = Address of the proxy
detour-proxy-note = For example { "socks5://192.0.2.1:1080" } or { "http://user:password@192.0.2.1:3128" }. Empty: none.
detour-proxy-kind = A proxy begins with { "socks5://" }, { "socks4://" } or { "http://" }.
detour-proxy-tls = A proxy over TLS ({ "https://" }) cannot be used; { "http://" } and { "socks5://" } can.
detour-proxy-name = Write the numeric address of the proxy: its name would be looked up outside Tor.
detour-proxy-port = Write the port of the proxy after its address.
detour-proxy-port-80 = An HTTP proxy on port 80 cannot be used by this Tor. Another port, or { "socks5://" }, can.
detour-proxy-password = SOCKS 4 has no passwords. Use { "socks5://" }, or leave the password out.
detour-proxy-malformed = Write the proxy as in the example.
detour-ports-title = Firewall
detour-ports = Ports that are let through
detour-ports-note = For example 80, 443, where a firewall lets nothing else through. Empty: all. A bridge has the port of its line.
detour-ports-wrong = A port is a number from 1 to 65535; at most 64 can be named, with commas between them.
detour-apply = Apply
detour-set = Set. Tor is entered in this way from now on, and in no other.

## Passphrase.
passphrase-title = Change the passphrase
passphrase-what = The new passphrase opens this profile from now on.
passphrase-old = Present passphrase
passphrase-old-reveal = Show the present passphrase
passphrase-new = New passphrase
passphrase-new-reveal = Show the new passphrase
passphrase-again = The new passphrase again
passphrase-again-reveal = Show the repeated passphrase
passphrase-differ = The two are not the same yet.
passphrase-old-copies = Backups and copies of the profile made before still open with the passphrase of their time.
passphrase-change = Change it

## Backup.
backup-title = Backup
backup-what = The backup holds your identities, contacts and messages in one encrypted file with a passphrase of its own.
backup-twice = Never run the same identity on two machines at once: messages would go to one or the other.
backup-passphrase-note = Without this passphrase nobody can open the backup, you included.
backup-write = Write the backup
backup-writing = The backup is being written.

## Panic.
panic-title = Destroy everything?
panic-what = This destroys the keys of this profile at once and ends Pelure. Identities, contacts and messages can never be read again, by nobody.
panic-after = Nobody is told. To your contacts you are offline from now on.
panic-not = It does not reach backups you made elsewhere, or what your contacts keep.
panic-do = Destroy everything now

## Help.
help-title = Keyboard
help-what = Everything can be done without a mouse.
help-keys-help = F1
help-does-help = This list
help-keys-search = Ctrl+F
help-does-search = Search all conversations
help-keys-add = Ctrl+N
help-does-add = Add a contact
help-keys-attach = Ctrl+O
help-does-attach = Send a file in the open conversation
help-keys-mute = Ctrl+M
help-does-mute = In a call: be heard no longer, or again
help-keys-hang-up = Ctrl+H
help-does-hang-up = End the call
help-keys-talk = F8, held
help-does-talk = In a call with push-to-talk: speak
help-keys-settings = Ctrl+,
help-does-settings = Settings
help-keys-lock = Ctrl+L
help-does-lock = Lock at once
help-keys-quit = Ctrl+Q
help-does-quit = Quit
help-keys-panic = Ctrl+Shift+Delete
help-does-panic = Destroy everything (asks once)
help-keys-close = Esc
help-does-close = Close a dialog, leave a search, give up an edit
help-keys-tab = Tab, Shift+Tab
help-does-tab = To the next control, or the one before
help-keys-press = Enter or Space
help-does-press = Press what has the focus
help-keys-list = Up, Down, Page Up, Page Down, Home, End
help-does-list = Move among contacts or messages
help-keys-menu = Menu or Shift+F10
help-does-menu = What can be done with a message
help-keys-send = Enter, Shift+Enter
help-does-send = Send, new line (the settings can change this)
help-keys-edit = Up, in an empty field
help-does-edit = Edit your last message

## About.
about-title = About Pelure
about-versions = Pelure { $version }, with Arti { $arti }
about-what = Pelure connects you straight to your contacts over Tor. There is no server, no directory and no account.
about-limits = What is not promised
about-limits-note = Pelure protects much, not everything. Assume that what stands here can happen.
about-limit-machine = Malware, or somebody at your unlocked machine, can see everything.
about-limit-passphrase = Whoever has your disk can try passphrases. A short one is guessed, and that Pelure was used can be seen.
about-limit-contact = A contact can keep what you sent, show it to others, and copy messages that disappear.
about-limit-online = Whoever has your address can find out when you are online.
about-limit-watchers = Whoever watches your line sees that you use Tor. Whoever watches much of the Internet for long may find out whom you talk to.
about-limit-tor = Tor itself can be attacked or blocked. Its Rust version, which Pelure uses, is young and lacks some protections.
about-limit-identities = Two identities on one machine may be suspected to be one person.
about-limit-swap = What is in memory may reach the disk by swap or hibernation. Deleted data may linger in flash memory, encrypted.
about-limit-judge = Nobody can prove by the messages what you said; people may believe it all the same. There is no passphrase for duress, and no hidden profile.
about-limit-review = Nobody outside the project has reviewed Pelure yet.
about-licences = Licences
about-licence = Pelure is free software under the MIT licence or the Apache licence 2.0, as you choose.
about-licences-more = Show the libraries and their licences
about-licences-less = Hide the libraries
