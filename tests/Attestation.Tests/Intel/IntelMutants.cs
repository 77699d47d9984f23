namespace SwarmCompute.Attestation.Tests;

/// <summary>Changes bytes at random, always to something else.</summary>
internal static class IntelMutants
{
    public static byte[] Of(byte[] original, Random random)
    {
        var bytes = original.ToArray();
        switch (random.Next(6))
        {
            case 0: return bytes[..random.Next(bytes.Length)];
            case 1: return [.. bytes[..random.Next(bytes.Length)], .. bytes[random.Next(bytes.Length)..], 1];
            default:
                var places = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(bytes.Length)).Distinct().ToList();
                foreach (var place in places) bytes[place] ^= (byte)(random.Next(2) == 0 ? 1 << random.Next(8) : random.Next(1, 256));
                return bytes;
        }
    }
}
