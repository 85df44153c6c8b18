### Fichiers : choisir, envoyer, recevoir, garder.

## Tailles.

size-bytes = { $n } { $n ->
    [one] octet
   *[other] octets
}
size-kilo = { $whole }{ $tenth ->
    [0] { "" }
   *[other] ,{ $tenth }
} ko
size-mega = { $whole }{ $tenth ->
    [0] { "" }
   *[other] ,{ $tenth }
} Mo
size-giga = { $whole }{ $tenth ->
    [0] { "" }
   *[other] ,{ $tenth }
} Go
size-part = { $done } sur { $whole }
size-rate = { $size }/s

## Un fichier dans la conversation.

file-folder = Dossier de { $files } { $files ->
    [one] fichier
   *[other] fichiers
}, { $size }
file-row = Fichier { $file }, { $kind }, { $state }
file-act = { $act } : { $file }
file-progress = Progression
file-picture = Image
file-word-offered = proposé
file-word-waiting = en attente
file-word-active = en cours
file-word-paused = en pause
file-word-done = terminé
file-word-declined = refusé
file-word-cancelled = annulé
file-word-failed = échec
file-queued = En attente. La proposition partira dès que { $name } sera en ligne.
file-offered = Proposé. Rien n’est chargé avant votre accord.
file-offered-mine = Proposé. { $name } n’a pas encore répondu.
file-waiting = Accepté. Il arrivera dès que { $name } pourra l’envoyer.
file-waiting-mine = Accepté. Il partira dès que { $name } pourra le recevoir.
file-left = encore { $span }
file-paused = En pause à { $part }.
file-done = Reçu en entier. Il est gardé ici, chiffré.
file-done-mine = { $name } l’a reçu en entier.
file-declined = Vous l’avez refusé.
file-declined-mine = { $name } l’a refusé.
file-cancelled = Annulé.
file-failed = L’envoi a échoué.
file-harm = Un fichier peut nuire à cette machine. N’acceptez et n’ouvrez que ce que vous attendez.
file-removed = Retiré avant l’envoi : { $what }.
file-accept = Accepter
file-decline = Refuser
file-pause = Mettre en pause
file-resume = Reprendre
file-cancel = Annuler
file-save = Enregistrer sous
file-show = Afficher
file-hide = Masquer
file-delete = Supprimer
file-delete-note = Le fichier et ce message seront supprimés de cette machine. Si vous ne l’avez pas enregistré ailleurs, il sera perdu.
file-delete-do = Supprimer le fichier

## Ce qui fait obstacle.

trouble-asked-too-much = Arrêté : ce programme a redemandé trop souvent les mêmes parties.
trouble-asked-too-much-mine = Arrêté : le programme de { $name } a redemandé trop souvent les mêmes parties.
trouble-damaged = Arrêté : ce qui est arrivé n’est pas ce que { $name } proposait.
trouble-damaged-mine = Arrêté : ce que { $name } a reçu était abîmé.
trouble-no-space = Le disque est plein. Libérez de la place, puis reprenez.
trouble-no-space-mine = Le disque de { $name } est plein. L’envoi continuera quand il y aura de la place.
trouble-not-in-backup = Il n’est pas dans la sauvegarde restaurée. Redemandez-le.
trouble-refused = Arrêté : les deux programmes ne s’accordent pas sur ce fichier.
trouble-source-changed = Arrêté : le fichier a changé pendant que { $name } l’envoyait. Redemandez-le.
trouble-source-changed-mine = Arrêté : le fichier a changé pendant l’envoi. Envoyez-le de nouveau.
trouble-source-gone = Arrêté : { $name } n’a plus le fichier à sa place.
trouble-source-gone-mine = Arrêté : le fichier n’est plus à sa place. Envoyez-le de nouveau depuis la nouvelle.
trouble-too-many-offers = Écarté : trop de fichiers de { $name } attendent votre réponse.
trouble-too-many-offers-mine = Écarté : trop de vos fichiers attendent la réponse de { $name }. Envoyez-le plus tard.

## Choisir quoi envoyer.

attach = Envoyer un fichier
attach-files = Fichiers
attach-folder = Un dossier
attach-clipboard = Image du presse-papiers
attach-drop = Déposez ici pour envoyer à { $name }
attach-leaving = Préparation de { $file }
attach-refused = { $file } n’a pas été envoyé. { $why }
attach-stop = Arrêter la préparation de { $file }
attach-dismiss = Fermer : { $file }

## Avant l’envoi.

send-title = Envoyer à { $name }
send-name = Envoyé sous ce nom
send-name-bad = Il faut un nom : 255 octets au plus, et sans « / ».
send-remove = Retirer { $file }
send-looking = Examen en cours.
send-removed = Retiré avant l’envoi : { $what }.
send-stays = Envoyé avec : { $what }.
send-kept = Reste dedans, car cela fait partie du contenu : { $what }.
send-uncleaned = Envoyé tel quel, faute de pouvoir le nettoyer : { $why }.
send-uncleaned-some = Certains de ses fichiers sont envoyés tels quels. Pourquoi ils ne peuvent pas être nettoyés : { $why }.
send-nothing = Rien trouvé qui dise qui l’a fait.
send-clean = Nettoyer avant l’envoi
send-clean-note = Retire ce qu’un fichier dit de qui l’a fait, où, quand et avec quoi. Ce qu’on y voit ou lit reste.
send-add-files = Ajouter des fichiers
send-add-folder = Ajouter un dossier
send-add-typed = Ajouter
send-do = { $count ->
    [0] Envoyer le fichier
    [1] Envoyer le fichier
   *[other] Envoyer { $count } fichiers
}
path-send = Le chemin d’un fichier ou d’un dossier

clean-appended = ce qui suivait l’image
clean-author = auteur
clean-camera = appareil
clean-colour-profile = couleurs d’un appareil
clean-comment = commentaires
clean-document-properties = propriétés du document
clean-editing-history = historique de retouche
clean-identifiers = numéros d’identification
clean-other = autres données
clean-position = position GPS
clean-software = logiciel
clean-thumbnail = aperçu
clean-times = dates et heures
kept-attachments = fichiers joints
kept-comments = commentaires en marge
kept-form-data = ce qui a été rempli dans un formulaire
kept-layers = calques, peut-être cachés
kept-pictures = images qui n’ont pas pu être examinées
kept-scripts = petits programmes
unclean-archive = une archive peut nommer des personnes et des machines
unclean-audio = un enregistrement peut dire qui l’a fait et avec quoi
unclean-damaged = il est abîmé
unclean-office = un document bureautique peut nommer son auteur et contenir d’anciennes versions
unclean-other = son type est inconnu
unclean-picture = une image de ce type peut contenir une position et l’appareil
unclean-protected = un mot de passe le protège
unclean-signed = il est signé, et le nettoyer briserait la signature
unclean-text = c’est un texte simple, où tout ce qui est dit se lit
unclean-too-large = il est trop grand
unclean-video = une vidéo peut contenir une position et l’appareil

## Enregistrer.

save-title = Enregistrer le fichier
save-clear = Le fichier enregistré n’est pas chiffré. Quiconque le trouve peut le lire, et le supprimer ensuite peut laisser des traces sur le disque.
save-do = Enregistrer

## La liste dans les détails.

files-title = Fichiers
files-none = Pas encore de fichier avec { $name }.
files-more = { $count ->
    [one] En afficher { $count } de plus
   *[other] En afficher { $count } de plus
}
files-theirs = reçu
files-mine = envoyé
files-row-theirs = Reçu : { $file }, { $kind }, { $state }
files-row-mine = Envoyé : { $file }, { $kind }, { $state }
