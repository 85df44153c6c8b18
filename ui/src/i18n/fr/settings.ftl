### Réglages, Tor, phrase secrète, sauvegarde, destruction, aide, à propos.

## Tor.
tor-title = Tor
tor-offline = Hors ligne, par votre choix
tor-offline-means = Rien n’est envoyé ni reçu. Pour vos contacts, vous êtes hors ligne.
tor-connecting = Connexion, { $percent } %
tor-connecting-means = La première fois, cela prend une minute ou deux. Ce que vous écrivez attend et part tout seul.
tor-blocked = Tor n’arrive pas à se connecter ; arrêté à { $percent } %
tor-says = Tor dit (en anglais) : { $words }
tor-words = { $words }
tor-step-network = connexion au réseau Tor
tor-step-bridge = connexion à un pont
tor-step-proxy = connexion par le serveur mandataire
tor-step-directory = téléchargement de la liste des relais
tor-obstacle-offline = Cet ordinateur semble hors ligne.
tor-obstacle-filtered = Les connexions passent, mais pas vers Tor. Un pont peut aider.
tor-obstacle-clock = L’horloge de cet ordinateur semble fausse (Tor dit, en anglais : { $words }). Réglez-la ; Pelure continuera tout seul.
tor-obstacle-directory = La liste des relais de Tor ne peut pas être téléchargée.
tor-obstacle-network = Le réseau Tor est hors d’atteinte.
tor-obstacle-bridges = Aucun pont ne répond. Ils ont peut-être disparu, sont bloqués ou mal recopiés : demandez-en d’autres, ou d’une autre sorte. Rien ne les contourne.
tor-obstacle-proxy = Rien ne passe par le serveur mandataire. Vérifiez qu’il fonctionne, son adresse, le nom et le mot de passe. Rien ne le contourne.
tor-obstacle-no-program = Aucun programme pour les ponts { $transport } ne se trouve sur cet ordinateur. Installez-en un, ou indiquez d’autres ponts. Rien ne les contourne.
tor-obstacle-unreadable = Les ponts ou le serveur mandataire enregistrés sont illisibles. Indiquez-les de nouveau ; d’ici là, aucune connexion ne se fait.
tor-obstacle-stopped = Tor n’a pas pu redémarrer. Quittez Pelure et relancez-le.
tor-progress = Progression de Tor
tor-ready = Connecté
tor-ready-means = Tout passe par Tor. Personne à qui vous parlez n’apprend où vous êtes.
tor-what-to-do = Ce que vous pouvez faire
tor-do-network = Essayer un autre réseau : certains bloquent Tor, ou demandent d’abord de s’identifier.
tor-do-clock = Vérifier la date, l’heure et le fuseau horaire de cette machine : Tor ne marche pas avec une horloge fausse.
tor-do-wait = Attendre : un nouvel essai se fait tout seul.
tor-do-bridges = Si Tor est bloqué là où vous êtes, entrez-y par un pont : voyez « Ponts et serveur mandataire ».
tor-go-online = Passer en ligne
tor-go-offline = Passer hors ligne
tor-identities = Vos identités
tor-reach-offline = { $name } : hors ligne
tor-reach-hidden = { $name } : apparaît hors ligne
tor-reach-starting = { $name } : en cours de publication, jusqu’à deux minutes
tor-reach-reachable = { $name } : joignable par vos contacts
tor-reach-unreachable = { $name } : injoignable pour l’instant ; un nouvel essai se fait tout seul
tor-reach-barred = { $name } : vous pouvez joindre les autres, eux ne peuvent pas vous joindre
barred-port = Le port de contrôle de Tor ne répond pas comme il faut. Lancez Tor, ou lancez Pelure avec --tor-control et la bonne adresse.
barred-password = Le port de contrôle de Tor veut un autre mot de passe. Lancez Pelure avec le bon dans PELURE_TOR_PASSWORD.
barred-cookie = Le port de contrôle de Tor veut un cookie que vous n’avez pas le droit de lire. Ajoutez votre compte au groupe de Tor (debian-tor sur Debian), puis rouvrez votre session.
barred-refused = Tor refuse ce dont Pelure a besoin. Regardez les lignes ControlPort et CookieAuthentication de son torrc, ou mettez Tor à jour.
barred-tails = Tails ne connaît pas encore Pelure. Dans le dossier de Pelure, tapez : sudo ./tails/install-tails.sh
barred-whonix = La passerelle Whonix ne connaît pas encore Pelure. Installez-y le profil de Pelure, comme le dit sa page sur Tails et Whonix.
barred-ports = Les ports 17630 à 17639 de cette machine sont occupés. Fermez les programmes qui s’en servent.
barred-twice = Un autre programme utilise cette identité sur le même Tor. Fermez-le.
tor-appear-offline = Apparaître hors ligne avec { $name }
tor-appear-means = Qui apparaît hors ligne ne reçoit et n’envoie rien.
tor-contacts = Contacts non connectés
tor-contacts-more = { $count ->
        [one] et un autre
       *[other] et { $count } autres
    }

## Réglages.
settings-title = Réglages
settings-back = Retour à la liste
settings-appearance = Apparence
settings-look-auto = Comme le bureau
settings-look-light = Clair
settings-look-dark = Sombre
settings-look-contrast = Contraste élevé
settings-scale = Taille : { $percent } %
settings-smaller = Plus petit
settings-larger = Plus grand
settings-language = Langue
settings-writing = Écriture
settings-enter-sends = Entrée envoie, Maj+Entrée passe à la ligne
settings-enter-breaks = Entrée passe à la ligne, Ctrl+Entrée envoie
settings-notifications = Notifications
settings-notify-never = Aucune
settings-notify-plain = Qu’il y a un message, sans dire de qui
settings-notify-name = Qui écrit, jamais quoi
settings-notify-note = Les notifications passent par votre bureau, qui peut les garder.
settings-privacy = Vie privée
settings-lock = Verrouiller quand personne n’est au clavier
settings-lock-never = Pelure reste ouvert jusqu’à ce que vous le verrouilliez.
settings-lock-after = { $minutes ->
        [one] Après { $minutes } minute
       *[other] Après { $minutes } minutes
    }
settings-lock-sooner = Plus tôt
settings-lock-later = Plus tard
settings-traceless = Ce profil n’existe qu’en mémoire et disparaît quand Pelure se ferme.
settings-traceless-lock = Il ne peut pas être verrouillé, car il n’a pas de phrase secrète.
settings-swap = Cette machine a un espace d’échange dont rien ne dit qu’il est chiffré : ce qui est en mémoire peut atteindre le disque. Désactivez-le ou chiffrez-le.
settings-receipts = Les accusés de lecture sont désactivés tant que vous et un contact ne les voulez pas tous deux. Ils se règlent pour chaque contact, dans les détails de la conversation.
settings-blocked = Demandes bloquées
settings-blocked-none = Aucune adresse qui a demandé n’est bloquée.
settings-blocked-for = Pour votre identité { $identity }
settings-unblock = Laisser { $address } redemander
settings-identities = Identités
settings-identity-address = Adresse de { $name }
settings-identity-remove = Supprimer { $name }
settings-identity-new = Nouvelle identité
settings-profile = Profil
settings-profile-where = Gardé, chiffré, dans { $path }
settings-passphrase = Changer la phrase secrète
settings-backup = Faire une sauvegarde
settings-panic = Tout détruire
settings-panic-note = Demande une fois, puis détruit les clés. Aussi par Ctrl+Maj+Suppr.
settings-network = Réseau
settings-tor-connecting = Connexion en cours
settings-tor-blocked = Tor n’arrive pas à se connecter
settings-tor = Tor en détail

## Ponts et serveur mandataire.
detour-title = Ponts et serveur mandataire
detour-change = Modifier les ponts et le serveur mandataire
detour-straight = On entre dans Tor par ses relais publics.
detour-by-bridges = { $count ->
    [one] On entre dans Tor par un seul pont, et pas autrement.
   *[other] On entre dans Tor par { $count } ponts, et pas autrement.
}
detour-by-proxy = Toutes les connexions passent par votre serveur mandataire.
detour-by-ports = Seuls certains ports sont utilisés.
detour-what = Là où Tor est bloqué, ou ne doit pas se voir, on y entre par des ponts ou par un serveur mandataire. Ce que vous indiquez ici est gardé dans votre profil, chiffré, et rien ne le contourne.
detour-not-ours = Pelure utilise le Tor de cet ordinateur, qui décide lui-même par où il entre. Sous Tails, choisissez les ponts dans « Connexion à Tor ».
detour-unreadable = Les ponts ou le serveur mandataire enregistrés sont illisibles. Indiquez-les de nouveau ; d’ici là, aucune connexion ne se fait.
detour-bridges = Ponts
detour-bridges-note = Un pont est une entrée de Tor qui n’est dans aucune liste publique. Demandez-en sur bridges.torproject.org, par un courriel à bridges@torproject.org, ou à quelqu’un de confiance.
detour-lines = Lignes de pont, l’une sous l’autre
detour-too-many = On peut garder 100 ponts au plus. Deux ou trois qui répondent suffisent.
detour-more = { $count ->
    [one] et une autre ligne
   *[other] et { $count } autres lignes
}
detour-line-plain = Ligne { $line } : un pont sans transport ; aucun autre programme n’est nécessaire.
detour-line-served = Ligne { $line } : { $transport }, par { $program }
detour-line-missing = Ligne { $line } : { $transport } demande un autre programme, absent de cet ordinateur. Installez l’un de ces paquets : { $programs }.
detour-line-unknown = Ligne { $line } : le transport « { $transport } » n’est pas connu ici. Demandez des ponts obfs4, webtunnel, snowflake ou meek_lite.
detour-line-too-long = Ligne { $line } : trop longue pour une ligne de pont. Recopiez-la.
detour-line-no-address = Ligne { $line } : ce n’est pas une ligne de pont, ou son adresse n’est pas numérique avec un port. Recopiez la ligne entière.
detour-line-no-fingerprint = Ligne { $line } : son empreinte, 40 chiffres et lettres, manque ou est abîmée. Recopiez la ligne entière.
detour-line-bad-setting = Ligne { $line } : ce qui suit l’empreinte est abîmé ou manque. Recopiez la ligne entière.
detour-proxy-title = Serveur mandataire
detour-proxy = Adresse du serveur mandataire
detour-proxy-note = Par exemple { "socks5://192.0.2.1:1080" } ou { "http://nom:motdepasse@192.0.2.1:3128" }. Vide : aucun.
detour-proxy-kind = Un serveur mandataire commence par { "socks5://" }, { "socks4://" } ou { "http://" }.
detour-proxy-tls = Un serveur mandataire par TLS ({ "https://" }) ne peut pas servir ; { "http://" } et { "socks5://" } le peuvent.
detour-proxy-name = Écrivez l’adresse numérique du serveur : son nom serait cherché en dehors de Tor.
detour-proxy-port = Écrivez le port du serveur après son adresse.
detour-proxy-port-80 = Ce Tor ne peut pas utiliser un serveur HTTP sur le port 80. Un autre port, ou { "socks5://" }, convient.
detour-proxy-password = SOCKS 4 n’a pas de mot de passe. Utilisez { "socks5://" }, ou retirez le mot de passe.
detour-proxy-malformed = Écrivez le serveur comme dans l’exemple.
detour-ports-title = Pare-feu
detour-ports = Ports autorisés
detour-ports-note = Par exemple 80, 443, quand un pare-feu ne laisse passer rien d’autre. Vide : tous. Un pont garde le port de sa ligne.
detour-ports-wrong = Un port est un nombre de 1 à 65535 ; on peut en nommer 64 au plus, séparés par des virgules.
detour-apply = Appliquer
detour-set = C’est fait. On entre désormais ainsi dans Tor, et pas autrement.

## Phrase secrète.
passphrase-title = Changer la phrase secrète
passphrase-what = La nouvelle phrase secrète ouvrira désormais ce profil.
passphrase-old = Phrase secrète actuelle
passphrase-old-reveal = Afficher la phrase secrète actuelle
passphrase-new = Nouvelle phrase secrète
passphrase-new-reveal = Afficher la nouvelle phrase secrète
passphrase-again = La nouvelle phrase secrète, encore une fois
passphrase-again-reveal = Afficher la phrase secrète répétée
passphrase-differ = Les deux ne sont pas encore identiques.
passphrase-old-copies = Les sauvegardes et copies du profil faites auparavant s’ouvrent toujours avec la phrase secrète de leur époque.
passphrase-change = La changer

## Sauvegarde.
backup-title = Sauvegarde
backup-what = La sauvegarde réunit vos identités, contacts et messages dans un fichier chiffré, avec sa propre phrase secrète.
backup-twice = N’utilisez jamais la même identité sur deux machines à la fois : les messages iraient à l’une ou à l’autre.
backup-passphrase-note = Sans cette phrase secrète, personne ne peut ouvrir la sauvegarde, pas même vous.
backup-write = Écrire la sauvegarde
backup-writing = Écriture de la sauvegarde en cours.

## Destruction.
panic-title = Tout détruire ?
panic-what = Les clés de ce profil sont détruites sur-le-champ et Pelure se ferme. Identités, contacts et messages ne pourront plus jamais être lus, par personne.
panic-after = Personne n’est prévenu. Pour vos contacts, vous êtes désormais hors ligne.
panic-not = Cela n’atteint ni les sauvegardes que vous avez faites ailleurs, ni ce que vos contacts gardent.
panic-do = Tout détruire maintenant

## Aide.
help-title = Clavier
help-what = Tout peut se faire sans souris.
help-keys-help = F1
help-does-help = Cette liste
help-keys-search = Ctrl+F
help-does-search = Chercher dans toutes les conversations
help-keys-add = Ctrl+N
help-does-add = Ajouter un contact
help-keys-attach = Ctrl+O
help-does-attach = Envoyer un fichier dans la conversation ouverte
help-keys-mute = Ctrl+M
help-does-mute = Pendant un appel : couper le micro, ou le rouvrir
help-keys-hang-up = Ctrl+H
help-does-hang-up = Raccrocher
help-keys-talk = F8, maintenue
help-does-talk = Pendant un appel en mode talkie-walkie : parler
help-keys-settings = Ctrl+,
help-does-settings = Réglages
help-keys-lock = Ctrl+L
help-does-lock = Verrouiller aussitôt
help-keys-quit = Ctrl+Q
help-does-quit = Quitter
help-keys-panic = Ctrl+Maj+Suppr
help-does-panic = Tout détruire (demande une fois)
help-keys-close = Échap
help-does-close = Fermer un dialogue, quitter une recherche, renoncer à une modification
help-keys-tab = Tab, Maj+Tab
help-does-tab = Vers l’élément suivant ou précédent
help-keys-press = Entrée ou Espace
help-does-press = Activer l’élément choisi
help-keys-list = Haut, Bas, Page préc., Page suiv., Début, Fin
help-does-list = Se déplacer parmi les contacts ou les messages
help-keys-menu = Menu ou Maj+F10
help-does-menu = Ce qu’on peut faire d’un message
help-keys-send = Entrée, Maj+Entrée
help-does-send = Envoyer, passer à la ligne (à changer dans les réglages)
help-keys-edit = Haut, dans un champ vide
help-does-edit = Modifier votre dernier message

## À propos.
about-title = À propos de Pelure
about-versions = Pelure { $version }, avec Arti { $arti }
about-what = Pelure vous relie directement à vos contacts par Tor. Il n’y a ni serveur, ni annuaire, ni compte.
about-limits = Ce qui n’est pas promis
about-limits-note = Pelure protège de beaucoup de choses, pas de tout. Tenez pour possible ce qui suit.
about-limit-machine = Un logiciel malveillant, ou quelqu’un devant votre machine déverrouillée, peut tout voir.
about-limit-passphrase = Qui a votre disque peut essayer des phrases secrètes. Une courte se devine, et l’on voit que Pelure a servi.
about-limit-contact = Un contact peut garder ce que vous avez envoyé, le montrer, et copier des messages éphémères.
about-limit-online = Qui a votre adresse peut découvrir quand vous êtes en ligne.
about-limit-watchers = Qui surveille votre ligne voit que vous utilisez Tor. Qui surveille longtemps une grande part d’Internet peut découvrir à qui vous parlez.
about-limit-tor = Tor lui-même peut être attaqué ou bloqué. Sa version en Rust, celle de Pelure, est jeune et n’a pas toutes les protections.
about-limit-identities = On peut soupçonner que deux identités d’une même machine sont une seule personne.
about-limit-swap = Ce qui est en mémoire peut atteindre le disque par l’espace d’échange ou l’hibernation. Des données effacées peuvent subsister, chiffrées, dans la mémoire flash.
about-limit-judge = Les messages ne prouvent à personne ce que vous avez dit ; on peut vous l’attribuer quand même. Il n’y a ni phrase secrète de contrainte, ni profil caché.
about-limit-review = Personne d’extérieur au projet n’a encore examiné Pelure.
about-licences = Licences
about-licence = Pelure est un logiciel libre sous licence MIT ou Apache 2.0, à votre choix.
about-licences-more = Afficher les bibliothèques et leurs licences
about-licences-less = Masquer les bibliothèques
