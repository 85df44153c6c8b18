"""How a voice sounds after a journey: PESQ-WB (ITU-T P.862.2) of WAV files, 16 kHz, one channel, 16 bits.

    python judge.py said.wav heard.wav [samples ...]

Cuts what was said into pieces of so many samples, over and over (else it is one piece), finds each of them in what was heard by their
cross-correlation, since the same sound a little late would score as damaged, and prints for each: PESQ, and by how many
milliseconds it was heard later. Pieces in which little is said, or that were heard only in part, are left out.
"""

import itertools
import sys
import wave

import numpy
from pesq import pesq


def read(path):
    with wave.open(path) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
            sys.exit(f"{path}: not 16 kHz, one channel, 16 bits")
        return numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(numpy.float64)


def late(said, heard):
    """By how many samples the one begins later in the other."""
    size = 1 << (len(said) + len(heard) - 1).bit_length()
    spectrum = numpy.fft.rfft(heard, size) * numpy.conj(numpy.fft.rfft(said, size))
    at = int(numpy.argmax(numpy.fft.irfft(spectrum, size)))
    return at - size if at > size // 2 else at


def pieces(said, lengths):
    """Beginnings and pieces; what is left at the end is too short."""
    start = 0
    for length in itertools.cycle(lengths):
        if start + length > len(said):
            return
        yield start, said[start : start + length]
        start += length


RATE = 16_000

# The root of the mean square below which little is said.
QUIET = 100

# How much earlier or later than in its place a piece is looked for.
AROUND = RATE

said, heard = read(sys.argv[1]), read(sys.argv[2])
lengths = [int(length) for length in sys.argv[3:]] or [len(said)]
for start, piece in pieces(said, lengths):
    length = len(piece)
    if numpy.sqrt(numpy.mean(piece**2)) < QUIET:
        continue
    begin = max(0, start - AROUND)
    at = late(piece, heard[begin : start + length + AROUND])
    found = heard[max(0, begin + at) : begin + at + length]
    if at < 0 and start > 0 or len(found) < 0.98 * length:
        continue
    print(round(pesq(RATE, piece[: len(found)], found, "wb"), 3), round(1000 * (begin + at - start) / RATE, 1))
