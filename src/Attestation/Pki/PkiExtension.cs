namespace SwarmCompute.Attestation;

/// <summary>An extension of a certificate (RFC 5280, section 4.2).</summary>
/// <param name="Oid">Its object identifier, dotted.</param>
/// <param name="Critical">Whether who does not know it must refuse the certificate.</param>
/// <param name="Value">The bytes inside its octet string.</param>
public readonly record struct PkiExtension(string Oid, bool Critical, ReadOnlyMemory<byte> Value);
