### Le premier démarrage, l’écran verrouillé, et les moments où il n’y a qu’à attendre ou partir.

start-step = Étape { $step } sur { $steps }
start-welcome = Bienvenue dans Pelure
start-welcome-note = Des messages privés par Tor, directement de votre ordinateur au leur. Sans compte, sans numéro de téléphone, sans entreprise au milieu.
start-language = Langue
start-look = Apparence
start-look-auto = Du bureau
start-look-light = Claire
start-look-dark = Sombre
start-look-contrast = Contrastée

start-profile-title = Un profil, ou aucune trace
start-keep = Garder un profil
start-keep-note = Votre adresse, vos contacts et vos messages restent sur cet ordinateur, scellés par une phrase secrète.
start-traceless = Ne laisser aucune trace
start-traceless-note = Tout reste en mémoire. Quand Pelure se ferme, l’adresse, les contacts et les messages disparaissent pour de bon.
start-traceless-impossible = Impossible sur cet ordinateur : il n’a pas de dossier en mémoire.
start-swap = Cet ordinateur peut écrire sa mémoire sur le disque (espace d’échange peut-être non chiffré). Des traces peuvent y rester.
place-open = Le support de ce profil ne connaît pas de droits d’accès (une clé USB) : d’autres sur cet ordinateur, et quiconque tient la clé, peuvent copier les fichiers. Ils sont scellés, et l’on voit qu’ils sont à Pelure.
start-passphrase = Phrase secrète
start-passphrase-again = Phrase secrète, encore une fois
start-passphrase-empty = Écrivez d’abord une phrase secrète. Sans elle, le profil resterait ouvert sur le disque.
start-passphrase-differ = Les deux phrases secrètes ne sont pas identiques. Affichez-les pour les comparer.
start-passphrase-weak = Cette phrase secrète est faible : quiconque copie le disque pourrait ouvrir le profil. Cinq mots tirés au hasard en font une bonne.
start-weak-accept = Utiliser quand même cette phrase faible
start-offline = Rester hors ligne tant que je n’ai pas indiqué de ponts ou de serveur mandataire
start-offline-note = Pour les lieux où Tor est bloqué ou ne doit pas se voir. Sinon, Pelure se connecte à Tor dès que le profil est créé.
start-place = Gardé dans { $path }. Une phrase secrète oubliée est perdue pour tout le monde.

start-name-title = Un nom pour cette identité
start-name-note = Vous seul le voyez. Il sert à distinguer vos identités si vous en avez plusieurs.
start-name = Nom
start-name-empty = Écrivez d’abord un nom. N’importe lequel convient, par exemple « Bureau ».

start-address-title = Votre adresse
start-address-note = Quiconque a cette adresse peut demander à vous parler. Elle ne dit ni qui ni où vous êtes.
start-address-copy = Copier l’adresse
start-address-qr = Code QR de votre adresse
start-go = Commencer
start-tor-offline = Vous êtes hors ligne.
start-tor-connecting = Tor se connecte : { $percent } %
start-tor-progress = Progression de Tor
start-tor-step = En cours : { $step }
start-tor-slow = Tor attend ici depuis un moment : { $step }. Sur un réseau lent ou surveillé, cela peut prendre plusieurs minutes.
start-detour = Tor est bloqué là où je suis
start-tor-blocked-note = Vous pouvez commencer quand même. Pelure continue d’essayer, et les messages partiront dès que Tor sera connecté.
start-reach-starting = Tor est connecté. Votre adresse est en cours de publication ; cela prend environ une minute.
start-reach-ready = Tor est connecté. On peut vous joindre.
start-reach-lost = Tor est connecté, mais on ne peut pas vous joindre pour le moment. Pelure continue d’essayer.
start-reach-barred = Tor est connecté. Vous pouvez joindre les autres, mais eux ne peuvent pas vous joindre.

lock-title = Verrouillé
lock-sealed-title = Ouvrez votre profil
lock-unread = { $count ->
    [0] Aucun nouveau message.
    [one] Un nouveau message.
   *[other] { $count } nouveaux messages.
}
lock-passphrase = Phrase secrète
lock-open = Déverrouiller
lock-empty = Écrivez d’abord votre phrase secrète.
lock-wrong = Ce n’est pas la phrase secrète. Vérifiez le verrouillage des majuscules et la disposition du clavier, puis réessayez.
lock-note = Pendant le verrouillage, les messages arrivent toujours et les clés restent en mémoire. Pour les en retirer, quittez Pelure.
lock-sealed-note = Rien n’est lu du profil avant son ouverture. Une phrase secrète oubliée est perdue pour tout le monde.
lock-panic = Détruire les clés…

pause-opening-title = Ouverture
pause-opening = Votre phrase secrète est transformée en clé. Cela prend un instant, à dessein : deviner en devient lent.
pause-closing-title = Fermeture
pause-closing = Pelure prend congé de vos contacts connectés.
pause-destroyed-title = Les clés sont détruites
pause-destroyed = La clé du profil a été écrasée, puis ses fichiers supprimés : identités, contacts et messages. Ce qu’un disque peut en garder ne peut plus être lu par personne, vous compris. Les copies faites auparavant, comme les sauvegardes, s’ouvrent toujours avec leur propre phrase secrète.
pause-destroyed-place = Il était dans { $path }.
pause-broken-title = Pelure ne peut pas continuer
pause-place = Le profil est dans { $path }.
pause-do-in-use = Allez à la fenêtre qui l’a ouvert, ou quittez-la et relancez Pelure.
pause-do-damaged = Ne supprimez rien. Si vous avez une sauvegarde, restaurez-la dans un nouveau profil.
pause-do-too-new = Votre profil est inchangé.
pause-do-disk-full = Rien de ce qui était enregistré n’est perdu. Relancez Pelure quand il y aura de la place.
pause-do-permission = Vérifiez à qui appartient le dossier et que le disque n’est pas protégé en écriture, puis relancez Pelure.
pause-do-storage = Vérifiez que le disque est branché et en bon état, puis relancez Pelure.
pause-do-tor = Sans Tor, Pelure ne se connecte à rien du tout. Relancez-le ; si cela revient, les mots ci-dessus serviront à la personne qui vous aide.
pause-do-tmpfs = Relancez Pelure et gardez un profil sous une phrase secrète, ou utilisez un système qui a un tel dossier.
pause-do-again = Relancez Pelure.
pause-quit = Quitter
