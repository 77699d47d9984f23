namespace SwarmCompute.Bench;

/// <summary>How a range of blocks is asked for.</summary>
/// <param name="Blocks">Blocks a request.</param>
/// <param name="Parallel">Requests at once.</param>
internal readonly record struct RequestShape(int Blocks, int Parallel)
{
    public override string ToString() => FormattableString.Invariant($"{Blocks} blocks a request, {Parallel} at once");
}
