namespace SwarmCompute.Attestation;

/// <summary>One entry of a TDX guest's event log. It means nothing before the whole log was replayed and its registers compared.</summary>
/// <param name="Register">The register that it extends, 0 to 3.</param>
/// <param name="Type">The event's type (TCG PC Client Platform Firmware Profile, table "Events", or the guest's own).</param>
/// <param name="Digest">What the register is extended with, 48 bytes.</param>
/// <param name="Name">The event's name, where the log gives one.</param>
/// <param name="Payload">The event's data; what it has to do with the digest is for the reader to check.</param>
public sealed record RtmrEvent(int Register, uint Type, ReadOnlyMemory<byte> Digest, string Name, ReadOnlyMemory<byte> Payload);
