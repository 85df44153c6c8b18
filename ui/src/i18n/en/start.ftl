### The first start, the lock screen, and the stages with nothing to do but wait or leave.

start-step = Step { $step } of { $steps }
start-welcome = Welcome to Pelure
start-welcome-note = Private messages over Tor, straight from your computer to theirs. No account, no phone number, no company in between.
start-language = Language
start-look = Look
start-look-auto = As the desktop
start-look-light = Light
start-look-dark = Dark
start-look-contrast = High contrast

start-profile-title = A profile, or no trace
start-keep = Keep a profile
start-keep-note = Your address, your contacts and your messages stay on this computer, sealed with a passphrase.
start-traceless = Leave no trace
start-traceless-note = Everything stays in memory. When Pelure ends, the address, the contacts and the messages are gone for good.
start-traceless-impossible = Not possible on this computer: it has no directory in memory.
start-swap = This computer may write its memory to the disk (swap that is not known to be encrypted). Traces may remain there.
place-open = The medium of this profile keeps no permissions (a USB stick): others on this computer, and whoever holds it, can copy the files. They are sealed, and it shows that they are Pelure’s.
start-passphrase = Passphrase
start-passphrase-again = Passphrase, once more
start-passphrase-empty = Write a passphrase first. Without one, the profile would lie open on the disk.
start-passphrase-differ = The two passphrases are not the same. Show them to compare.
start-passphrase-weak = This passphrase is weak: whoever copies the disk could open the profile. Five words drawn at random are a good one.
start-weak-accept = Use this weak passphrase all the same
start-offline = Stay offline until I have set bridges or a proxy
start-offline-note = For places where Tor is blocked or should not be seen. Otherwise Pelure connects to Tor as soon as the profile is made.
start-place = Kept in { $path }. Nobody can recover a forgotten passphrase.

start-name-title = A name for this identity
start-name-note = Only you see it. It helps you tell your identities apart when you have more than one.
start-name = Name
start-name-empty = Write a name first. Any name will do, such as “Desk”.

start-address-title = Your address
start-address-note = Anyone with this address can ask to talk to you. It does not say who or where you are.
start-address-copy = Copy the address
start-address-qr = QR code of your address
start-go = Start
start-tor-offline = You are offline.
start-tor-connecting = Tor is connecting: { $percent } %
start-tor-progress = Progress of Tor
start-tor-step = Now: { $step }
start-tor-slow = Tor has been waiting here for a while: { $step }. On a slow or watched network this can take minutes.
start-detour = Tor is blocked where I am
start-tor-blocked-note = You can start all the same. Pelure keeps trying, and messages leave when Tor is connected.
start-reach-starting = Tor is connected. Your address is being published; this takes about a minute.
start-reach-ready = Tor is connected. Others can reach you.
start-reach-lost = Tor is connected, but others cannot reach you for now. Pelure keeps trying.
start-reach-barred = Tor is connected. You can reach others, but they cannot reach you.

lock-title = Locked
lock-sealed-title = Open your profile
lock-unread = { $count ->
    [0] No new messages.
    [one] One new message.
   *[other] { $count } new messages.
}
lock-passphrase = Passphrase
lock-open = Unlock
lock-empty = Write your passphrase first.
lock-wrong = This is not the passphrase. Check the Caps Lock key and the keyboard layout, then try again.
lock-note = While the screen is locked, messages still arrive and the keys stay in memory. To take the keys out of memory, quit Pelure.
lock-sealed-note = Nothing is read from the profile until it is open. Nobody can recover a forgotten passphrase.
lock-panic = Destroy the keys…

pause-opening-title = Opening
pause-opening = Your passphrase is being turned into a key. This takes a moment on purpose: it makes guessing slow.
pause-closing-title = Closing
pause-closing = Pelure is saying goodbye to who is connected.
pause-destroyed-title = The keys are destroyed
pause-destroyed = The key of the profile was overwritten, then its files were deleted: identities, contacts and messages. What a disk may still keep of them can no longer be read by anybody, you included. Copies made before, such as backups, still open with their own passphrases.
pause-destroyed-place = It was in { $path }.
pause-broken-title = Pelure cannot go on
pause-place = The profile is in { $path }.
pause-do-in-use = Go to the window that has it open, or quit that one and start Pelure again.
pause-do-damaged = Do not delete anything. If you have a backup, restore it into a new profile.
pause-do-too-new = Your profile is unchanged.
pause-do-disk-full = Nothing was lost that had been saved. Start Pelure again when there is space.
pause-do-permission = Check who owns the folder and that the disk is not write-protected, then start Pelure again.
pause-do-storage = Check that the disk is connected and healthy, then start Pelure again.
pause-do-tor = Without Tor, Pelure connects to nothing at all. Start it again; if this comes back, the words above help whoever helps you.
pause-do-tmpfs = Start Pelure again and keep a profile under a passphrase, or use a system that has such a directory.
pause-do-again = Start Pelure again.
pause-quit = Quit
