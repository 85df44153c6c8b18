"""How a voice sounds after a journey: PESQ-WB (ITU-T P.862.2) of two WAV files, 16 kHz, one channel, 16 bits.

    python judge.py said.wav heard.wav

The two are aligned first, by their cross-correlation: the same sound a little late would score as damaged.
"""

import sys
import wave

import numpy
from pesq import pesq


def read(path):
    with wave.open(path) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
            sys.exit(f"{path}: not 16 kHz, one channel, 16 bits")
        return numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(numpy.float64)


def aligned(said, heard):
    size = 1 << (len(said) + len(heard) - 1).bit_length()
    spectrum = numpy.fft.rfft(heard, size) * numpy.conj(numpy.fft.rfft(said, size))
    late = int(numpy.argmax(numpy.fft.irfft(spectrum, size)))
    late -= size if late > size // 2 else 0
    said, heard = said[max(0, -late) :], heard[max(0, late) :]
    length = min(len(said), len(heard))
    return said[:length], heard[:length], late


RATE = 16_000

said, heard, late = aligned(read(sys.argv[1]), read(sys.argv[2]))
print(round(pesq(RATE, said, heard, "wb"), 3), round(1000 * late / RATE, 1))
