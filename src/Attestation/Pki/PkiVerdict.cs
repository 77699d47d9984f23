namespace SwarmCompute.Attestation;

/// <summary>What a look at a chain or a revocation list found.</summary>
/// <param name="Reason">Why it does not hold, as a word that does not change (<see cref="PkiReason"/>); empty where it holds.</param>
/// <param name="Detail">The same in one line.</param>
public readonly record struct PkiVerdict(string Reason, string Detail)
{
    /// <summary>Everything held.</summary>
    public static PkiVerdict Held { get; } = new("", "");

    /// <summary>Whether everything held.</summary>
    public bool Holds => string.IsNullOrEmpty(Reason);

    /// <summary>Whether only the time is wrong: another copy of the same document may hold.</summary>
    public bool IsOfTime => Reason is PkiReason.Expired or PkiReason.NotYetValid;
}
