namespace SwarmCompute.Attestation;

/// <summary>One thing that was checked.</summary>
/// <param name="Name">What, in a few words; always the same for the same check.</param>
/// <param name="Passed">Whether it held.</param>
/// <param name="Detail">What was found, in one line.</param>
public sealed record Check(string Name, bool Passed, string Detail);
