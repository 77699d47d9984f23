namespace SwarmCompute.Attestation.Tests;

/// <summary>Makes wrong evidence of right evidence.</summary>
internal static class Mutants
{
    /// <summary>The bytes with one thing changed: a bit, a byte, a run left out, put in, doubled or swapped, an end cut off. Never the same bytes.</summary>
    public static byte[] Of(byte[] bytes, Random random)
    {
        while (true)
        {
            var mutant = Changed(bytes, random);
            if (!mutant.AsSpan().SequenceEqual(bytes)) return mutant;
        }
    }

    private static byte[] Changed(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        var length = random.Next(1, 9);
        var end = Math.Min(bytes.Length, at + length);
        switch (random.Next(7))
        {
            case 0 or 1:
                var flipped = bytes.ToArray();
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 2:
                var set = bytes.ToArray();
                set[at] = (byte)random.Next(256);
                return set;
            case 3: return [.. bytes[..at], .. bytes[end..]];
            case 4:
                var more = new byte[length];
                random.NextBytes(more);
                return [.. bytes[..at], .. more, .. bytes[at..]];
            case 5: return [.. bytes[..end], .. bytes[at..]];
            default: return bytes[..at];
        }
    }
}
