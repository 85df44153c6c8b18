### Les personnes : ajout, demandes, détails, adresses, mots de sûreté.

## Ajouter un contact.
add-title = Ajouter un contact
add-identity = Celle de vos identités qui sera visible
add-address = Son adresse
add-not-an-address = Cela ne ressemble pas encore à une adresse onion : 56 lettres et chiffres de a à z et de 2 à 7, dont un « d » à la fin.
add-known = Vous avez déjà ce contact : { $name }.
add-picture = À partir de l’image d’un code QR
add-clipboard = À partir de l’image du presse-papiers
add-name = Un nom pour ce contact
add-name-note = Ce nom n’est visible que de vous.
add-words = Quelques mots pour cette personne (facultatif)
add-words-left = { $count ->
        [one] Encore { $count } caractère
       *[other] Encore { $count } caractères
    }
add-words-note = Cette personne ne peut pas vérifier ce que vous écrivez ici. Seule une adresse dit qui est qui.
add-send = Envoyer la demande
add-asked = Demande adressée à { $name }.
add-next = Votre demande part dès que son Pelure est joignable, et elle est répétée jusqu’à la réponse. Si elle est acceptée, vous pourrez vous écrire. Un refus ne vous sera pas signalé.
add-done = Terminé

## Mon adresse.
address-title = Mon adresse
address-what = Quiconque a cette adresse peut demander à vous parler. Elle ne dit ni qui ni où vous êtes.
address-copy = Copier l’adresse
address-qr = Votre adresse en code QR
address-save = Enregistrer le code QR en image

## Identités.
identity-new-title = Nouvelle identité
identity-new-what = Une identité a sa propre adresse et ses propres contacts. Qui connaît l’une ne peut pas déduire de son adresse qu’une autre est à vous.
identity-name = Un nom pour cette identité
identity-name-note = Ce nom n’est visible que de vous.
identity-linked = Elles apparaissent et disparaissent avec cette machine : qui les observe longtemps peut soupçonner une seule personne. Si cela compte, utilisez deux machines.
identity-make = Créer l’identité
identity-remove-title = Supprimer une identité
identity-remove-what = { $contacts ->
        [0] Son adresse et ses demandes seront effacées de cette machine. Elle n’a pas de contact. Personne ne pourra faire revenir l’adresse, sauf à partir d’une sauvegarde que vous auriez faite.
        [one] Son adresse, son contact et tous leurs messages seront effacés de cette machine. Personne ne pourra les faire revenir, sauf à partir d’une sauvegarde que vous auriez faite.
       *[other] Son adresse, ses { $contacts } contacts et tous leurs messages seront effacés de cette machine. Personne ne pourra les faire revenir, sauf à partir d’une sauvegarde que vous auriez faite.
    }
identity-remove-told = Ses contacts ne sont pas prévenus. Pour eux, vous êtes désormais hors ligne. Ils gardent ce qu’ils ont.
identity-remove-sure = Je n’ai plus besoin de cette adresse
identity-remove-do = Supprimer cette identité

## Mots de sûreté.
safety-title = Mots de sûreté avec { $name }
safety-how = Comparez ces mots avec { $name } par une autre voie : en face à face, ou au téléphone si vous connaissez sa voix. Vous devez voir tous deux les mêmes mots dans le même ordre.
safety-wait = Calcul des mots en cours.
safety-languages = Si vous n’utilisez pas la même langue, comparez les chiffres.
safety-verified = Vous les avez comparés : ils étaient identiques.
safety-match = Ils sont identiques
safety-differ = Ils diffèrent
safety-means = S’ils sont identiques, vous parlez bien à l’adresse que { $name } vous a donnée, sans personne entre vous.
safety-mismatch = Alors ce n’est pas l’adresse de { $name }. N’écrivez ici rien que d’autres ne doivent lire. Redemandez son adresse à { $name } par une autre voie.

## Noms.
rename-title = Renommer { $name }
rename-name = Un nom pour ce contact
rename-do = Renommer

## Suppression.
remove-title = Supprimer { $name } ?
remove-what = Seront effacés de cette machine : le contact et son nom, tous les messages échangés, les brouillons, les réactions et les demandes. C’est définitif.
remove-told = Cette personne n’est pas prévenue. Pour elle, vous êtes désormais hors ligne.
remove-kept = Ce qui se trouve de son côté y reste.
remove-do = Supprimer le contact et les messages

## Export.
export-title = Exporter en texte
export-what = Toute la conversation est écrite dans un fichier texte.
export-clear = Le fichier n’est pas chiffré. Quiconque le trouve peut le lire, et l’effacer plus tard peut laisser des traces sur le disque.
export-write = Écrire le fichier
path-read = Le chemin de l’image
path-write = L’emplacement, sous forme de chemin ; le fichier ne doit pas encore exister
path-none = Ce bureau n’offre pas de fenêtre de choix de fichier : il faut taper le chemin.

## Détails.
details-title = Détails
details-close = Fermer les détails
details-back = Retour à la conversation
details-rename = Renommer
details-blocked = Bloqué : rien ne passe, et cette personne n’est pas prévenue.
details-requested = Demande envoyée ; pas encore de réponse.
details-address = Adresse
details-copy = Copier l’adresse
details-safety = Mots de sûreté
details-verified = Comparés et identiques
details-unverified = Pas encore comparés
details-compare = Comparer les mots de sûreté
details-expiry = Messages éphémères
details-expiry-off = Désactivé
details-expiry-minutes = Après 5 minutes
details-expiry-hour = Après 1 heure
details-expiry-day = Après 1 jour
details-expiry-week = Après 1 semaine
details-expiry-weeks = Après 4 semaines
details-expiry-other = Après { $span }
details-expiry-note = Cela vaut pour vous deux, et { $name } le voit. Le délai d’un message court à partir de son affichage, pour les vôtres à partir de leur arrivée : un message qui n’est pas encore arrivé reste jusque-là. Cela fait le ménage ; cela n’empêche pas { $name } de garder une copie.
details-receipts = Accusés de lecture
details-receipts-mine = Signaler que j’ai lu un message
details-receipts-off = Désactivés. Ils ne marchent que si vous les voulez tous les deux.
details-receipts-waiting = Vous les voulez ; { $name } non, ou n’a pas été en ligne depuis. Rien n’est envoyé sans votre accord à tous deux.
details-receipts-asked = { $name } les veut ; pas vous. Rien n’est envoyé sans votre accord à tous deux.
details-receipts-both = Activés : { $name } et vous voyez quand un message a été lu.
details-more = Autres actions
details-export = Exporter la conversation en texte
details-block = Bloquer ce contact
details-unblock = Débloquer ce contact
details-block-note = Qui est bloqué n’en sait rien : pour cette personne, vous êtes hors ligne.
details-remove = Supprimer ce contact

## Demandes.
requests-title = Demandes
requests-back = Retour à la liste
requests-note = Seule l’adresse dit qui est qui. Si elle ne vous dit rien, demandez par une autre voie si c’est bien la sienne.
requests-none = Personne ne demande à vous parler pour le moment.
requests-when = Reçue : { $when }
requests-when-for = Reçue : { $when }, pour votre identité { $identity }
requests-address-more = Afficher toute l’adresse
requests-address-less = Abréger l’adresse
requests-copy = Copier l’adresse
requests-they-say = Cette personne écrit :
requests-no-words = Cette demande ne contient aucun mot.
requests-lookalikes = Ce texte contient des caractères qui ressemblent à d’autres.
requests-replaced = Des caractères cachés de ce texte ont été remplacés.
requests-accept = Accepter
requests-decline = Refuser
requests-block = Bloquer
requests-choices = Accepter : vous pourrez vous écrire. Refuser : cette demande disparaît, même répétée ; une autre, en d’autres mots, serait montrée. Bloquer : plus rien de cette adresse n’est montré ; les réglages reviennent là-dessus. Sauf si vous acceptez, cette personne n’est pas prévenue.
requests-name = Un nom pour ce contact
requests-name-note = Ce nom n’est visible que de vous. Choisissez-le vous-même ; ne le reprenez pas de ce qui est écrit.
requests-accept-now = Accepter sous ce nom
requests-block-what = Cette adresse ne pourra plus rien demander à cette identité, et n’est pas prévenue. Les réglages listent les adresses bloquées et permettent d’y revenir.
requests-block-now = Bloquer cette adresse
