using System.Numerics;
using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>Judges hidden states that another stage computed.</summary>
internal static class HiddenStates
{
    private const uint Exponent = 0x7F80_0000;

    /// <summary>
    /// Whether all are finite: an engine computes sessions together, and a NaN that gets into the cache of one would spoil the others (0 * NaN is NaN).
    /// </summary>
    /// <param name="states">32-bit floats, little-endian.</param>
    public static bool AreFinite(ReadOnlySpan<byte> states)
    {
        var bits = MemoryMarshal.Cast<byte, uint>(states);
        var (whole, exponent) = (bits.Length - bits.Length % Vector<uint>.Count, new Vector<uint>(Exponent));
        for (var i = 0; i < whole; i += Vector<uint>.Count)
            if (Vector.EqualsAny(new Vector<uint>(bits[i..]) & exponent, exponent)) return false;
        foreach (var value in bits[whole..])
            if ((value & Exponent) == Exponent) return false;
        return true;
    }
}
