namespace SwarmCompute.Inference;

/// <summary>Where bytes are on disk: told apart by itself, for no two writes have the same numbers.</summary>
/// <param name="length">How many there are.</param>
/// <param name="chunks">Their chunks, each with its slot in the file and the number of its write, of which its nonce is made.</param>
internal sealed class SpilledBytes(int length, (int Slot, ulong Number)[] chunks)
{
    public int Length => length;

    public IReadOnlyList<(int Slot, ulong Number)> Chunks => chunks;
}
