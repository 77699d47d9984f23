namespace SwarmCompute.Attestation;

/// <summary>The signature algorithms that vendors' certificates use; everything else is refused.</summary>
public enum PkiAlgorithm
{
    /// <summary>Another one; no signature of it holds.</summary>
    Unknown,

    /// <summary>ECDSA on P-256 with SHA-256 (Intel).</summary>
    EcdsaP256Sha256,

    /// <summary>ECDSA on P-384 with SHA-384 (AMD's chips, NVIDIA).</summary>
    EcdsaP384Sha384,

    /// <summary>RSASSA-PSS with SHA-384, MGF1 with SHA-384, salt of 48 bytes (AMD's authorities).</summary>
    RsaPssSha384,
}
