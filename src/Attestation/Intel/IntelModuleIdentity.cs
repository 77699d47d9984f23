namespace SwarmCompute.Attestation;

/// <summary>A TDX module of one version (Intel PCS API v4, <c>tdxModule</c> and <c>tdxModuleIdentities</c>).</summary>
/// <param name="Id">"TDX_" and the version in two hexadecimal digits; empty for the module of version 0.</param>
/// <param name="MrSigner">Who signed it (48 bytes).</param>
/// <param name="Attributes">Its attributes (8 bytes).</param>
/// <param name="Levels">Its levels, highest first; empty for version 0.</param>
internal sealed record IntelModuleIdentity(string Id, byte[] MrSigner, byte[] Attributes, IntelTcbLevel[] Levels);
