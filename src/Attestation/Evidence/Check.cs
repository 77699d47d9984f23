namespace SwarmCompute.Attestation;

/// <summary>One thing that was checked.</summary>
/// <param name="Name">What, in a few words; always the same for the same check.</param>
/// <param name="Passed">Whether it held.</param>
/// <param name="Detail">What was found, in one line.</param>
public sealed record Check(string Name, bool Passed, string Detail)
{
    /// <summary>Why it failed, as a word that does not change: <c>tdx.tcb-info.expired</c>; empty where it held.</summary>
    public string Code { get; init; } = "";

    /// <summary>What may be done about it, where it failed.</summary>
    public FailureClass Class { get; init; }

    /// <summary>A check that held.</summary>
    public static Check Holds(string name, string detail) => new(name, true, detail);

    /// <summary>A check that failed.</summary>
    public static Check Fails(string name, string code, string detail, FailureClass @class = FailureClass.Permanent) =>
        new(name, false, detail) { Code = code, Class = @class };
}
