### La conversation : présence, messages, écriture, recherche.

## Jours et durées.

day-today = Aujourd’hui
day-yesterday = Hier
day-this-year =
    { $weekday ->
        [1] lundi
        [2] mardi
        [3] mercredi
        [4] jeudi
        [5] vendredi
        [6] samedi
       *[7] dimanche
    } { $day ->
        [1] 1er
       *[other] { $day }
    } { $month ->
        [1] janvier
        [2] février
        [3] mars
        [4] avril
        [5] mai
        [6] juin
        [7] juillet
        [8] août
        [9] septembre
        [10] octobre
        [11] novembre
       *[12] décembre
    }
day-other-year = { day-this-year } { $year }
day-of-week =
    { $weekday ->
        [1] lun.
        [2] mar.
        [3] mer.
        [4] jeu.
        [5] ven.
        [6] sam.
       *[7] dim.
    }
day-short =
    { $day } { $month ->
        [1] janv.
        [2] févr.
        [3] mars
        [4] avr.
        [5] mai
        [6] juin
        [7] juil.
        [8] août
        [9] sept.
        [10] oct.
        [11] nov.
       *[12] déc.
    }
day-short-year = { day-short } { $year }
span-seconds = { $n } s
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n } { $n ->
        [one] jour
       *[other] jours
    }

## Présence.

presence-online = en ligne
presence-connecting = connexion
presence-offline = hors ligne
talk-online = { $name } est en ligne.
talk-connecting = Connexion, essai { $attempt }, { $span }.
talk-retry-in = Nouvel essai dans { $span }.
talk-retry-soon = Nouvel essai maintenant.
talk-retry = Réessayer
why-about-to-try = Aucun essai pour joindre { $name } jusqu’ici.
why-closed = { $name } est injoignable : sa porte n’est ouverte qu’à ses contacts, dont vous ne faites pas partie.
why-handshake-timeout = { $name } est injoignable : son programme a répondu trop lentement.
why-introduction-failed = { $name } est injoignable : les relais qui y mènent n’ont pas répondu.
why-left = { $name } a choisi de passer hors ligne.
why-lost = La connexion avec { $name } a été perdue.
why-network = { $name } est injoignable : le réseau Tor a échoué en chemin.
why-not-accepted = { $name } n’a pas encore accepté votre demande.
why-not-found = { $name } est injoignable : Tor ne trouve pas son service.
why-outdated = Connexion impossible avec { $name } : l’un des deux programmes est trop ancien.
why-protocol = La connexion avec { $name } a été fermée : son programme a envoyé des données incompréhensibles.
why-refused = { $name } est injoignable : son service a refusé la connexion.
why-silent = { $name } ne répond plus.
why-storage = Cet ordinateur n’a pas pu enregistrer une donnée : connexion impossible avec { $name }.
why-timeout = { $name } est injoignable : l’attente a été trop longue.
why-tor-blocked = Tor est bloqué ici : personne ne peut être joint.
why-tor-connecting = Tor est encore en train de se connecter.
why-unreachable = { $name } est injoignable ; le Tor de cet ordinateur ne dit pas pourquoi.
why-you-are-offline = Vous êtes hors ligne, ou paraissez l’être.

## La conversation.

talk-nobody = Choisissez une conversation.
talk-loading = Chargement de la conversation avec { $name }.
talk-empty = Pas encore de message avec { $name }.
talk-show-details = Afficher les détails
talk-hide-details = Masquer les détails
talk-verified = identité vérifiée
talk-receipts = accusés de lecture
talk-disappearing = éphémères : { $span }
talk-requested = { $name } n’a pas encore répondu à votre demande. Vos messages attendront.
talk-blocked = Vous avez bloqué { $name }. Rien n’arrive plus de sa part, à son insu.
talk-unblock = Débloquer
talk-restored = Le programme de { $name } a été restauré depuis une sauvegarde. Si ce n’est pas de son fait, quelqu’un d’autre s’en sert peut-être : posez-lui la question par un autre moyen.
talk-restored-seen = J’en ai pris note
talk-new-messages = Nouveaux messages
talk-you = Vous
talk-deleted = Ce message a été supprimé.
talk-edited = modifié
talk-show-all = Tout afficher
talk-state-queued = en attente
talk-state-sent = envoyé
talk-state-delivered = remis
talk-state-read = lu
talk-state-recalled = repris
talk-state-failed = échec
talk-queued-note = En attente. Le message partira dès que { $name } sera en ligne.
talk-row-theirs = { $name }, { $time } : { $text }
talk-row-mine = Vous, { $time }, { $state } : { $text }
talk-quote = En réponse à : { $text }
talk-reaction-mine = Votre réaction : { $emoji }
talk-reaction-theirs = Réaction de { $name } : { $emoji }
talk-newest = { $count ->
    [0] Aller au dernier message
    [one] Aller au dernier message, { $count } nouveau
   *[other] Aller au dernier message, { $count } nouveaux
}

## Ce qu’on peut faire d’un message.

talk-reply = Répondre
talk-react = Réagir
talk-react-other = Autre réaction
talk-more = Plus
talk-copy = Copier le texte
talk-copy-name = Copier le nom
talk-forward = Transférer
talk-edit = Modifier
talk-history = Versions précédentes
talk-recall = Reprendre
talk-delete-here = Supprimer ici seulement
talk-delete-both = Supprimer des deux côtés
talk-delete-both-note = Le message disparaît ici et dans le programme de { $name }, qui a pu en garder une copie.
talk-copy-link = Copier le lien { $link }
talk-link-warning = Ouvrir un lien ailleurs peut révéler qui vous êtes.

## Écrire.

talk-write = Message à { $name }
talk-send = Envoyer
talk-save = Enregistrer la modification
talk-emoji = Émojis
talk-editing = Modifier
talk-replying = Réponse à { $name }
talk-replying-self = Réponse à vous-même
talk-paste-refused = Rien n’a été collé : le message aurait { $bytes } octets, pour { $most } au plus.
talk-too-long = Trop long de { $over } { $over ->
    [one] octet
   *[other] octets
}.
talk-bytes-left = Encore { $left } { $left ->
    [one] octet
   *[other] octets
}.

## Émojis.

emoji-search = Chercher par nom anglais
emoji-none = Aucun émoji n’a ce nom.
emoji-recent = Récents
emoji-smileys = Visages
emoji-people = Personnes
emoji-animals = Animaux et nature
emoji-food = Nourriture et boissons
emoji-travel = Voyages et lieux
emoji-activities = Activités
emoji-objects = Objets
emoji-symbols = Symboles
emoji-flags = Drapeaux

## La liste des contacts.

people-requests = Demandes ({ $count })
people-filter = Trouver un contact
people-none = Aucun contact n’a ce nom.
people-nobody = Pas encore de contact.
people-empty = Personne ici pour l’instant. Donnez votre adresse à une personne de confiance, ou ajoutez la sienne.
people-copy-address = Copier l’adresse
people-more-address = À propos de l’adresse
people-qr = Code QR de votre adresse
people-add = Ajouter un contact
people-blocked = contact bloqué
people-requested = demande sans réponse
people-draft = brouillon : { $text }
people-you = vous : { $text }
people-file = fichier : { $name }
people-row = { $state }{ $verified ->
    [yes] , identité vérifiée
   *[no] { "" }
}{ $unread ->
    [0] { "" }
    [one] , { $unread } message non lu
   *[other] , { $unread } messages non lus
}. { $text }

## La barre du haut.

top-menu = Menu
top-settings = Réglages
top-help = Aide
top-quit = Quitter
top-lock = Verrouiller
top-add = Ajouter un contact
top-search = Chercher dans les messages
top-search-end = Terminer la recherche
top-identity = Identité : { $name }
top-everybody = Toutes les identités
top-new-identity = Nouvelle identité
top-show = N’afficher que { $name }
top-address = Adresse de { $name }
top-hide = Paraître hors ligne : { $name }
top-unhide = Paraître en ligne : { $name }
top-tor-off = Tor : éteint
top-tor-connecting = Tor : connexion, { $percent } %
top-tor-blocked = Tor : bloqué
top-tor-ready = Tor : connecté
top-tor-unreachable = Tor : connecté, pas encore joignable

## Recherche.

found-title = Messages trouvés
found-looking = Recherche en cours.
found-count = { $count ->
    [0] Aucun message avec « { $query } ».
    [one] { $count } message avec « { $query } ».
   *[other] { $count } messages avec « { $query } ».
}
found-more = Les { $count } messages les plus récents avec « { $query } ». Il y en a d’autres.
found-row = { $time }, { $text }

## Dialogs about a message.

forward-title = Transférer
forward-note = Le texte part comme si vous l’aviez écrit. Son premier auteur n’est pas indiqué.
forward-find = À qui
forward-to = Envoyer à { $name }
forward-nobody = Aucun autre contact de cette identité ne porte ce nom.
forward-more = Il y en a d’autres. Écrivez une partie du nom.
history-title = Versions précédentes
history-loading = Recherche de ce qu’il disait avant.
history-note = L’autre personne a aussi ces versions.
history-until = Jusqu’à { $day }, { $time }
long-title = Le message entier
long-piece = Partie { $piece } sur { $count }
long-earlier = Partie précédente
long-later = Partie suivante
