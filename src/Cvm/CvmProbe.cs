namespace SwarmCompute.Cvm;

/// <summary>What a driver can start on this machine.</summary>
/// <param name="EvidenceType">The type of evidence that its CVMs give, such as <c>development</c>.</param>
/// <param name="WhyNot">Null when it can start them; else one line that names the cause and the cure.</param>
public sealed record CvmProbe(string EvidenceType, string? WhyNot);
