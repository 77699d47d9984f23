namespace SwarmCompute.Fuzz;

/// <summary>One parser under test.</summary>
/// <param name="Name">The parser's name and <c>Target</c>.</param>
/// <param name="Read">Reads bytes and says whether they were accepted; what it throws beside <see cref="Documented"/> is a finding.</param>
/// <param name="Seeds">Good inputs that mutation starts from.</param>
internal sealed record FuzzTarget(string Name, Func<byte[], bool> Read, Func<IEnumerable<byte[]>> Seeds)
{
    /// <summary>The one exception that the parser documents for bad input; null where it documents none.</summary>
    public Type? Documented { get; init; }

    /// <summary>The most bytes of an input that is made; parsers bound their input themselves, and larger inputs only slow the search.</summary>
    public int BytesMax { get; init; } = 16 * 1024;
}
