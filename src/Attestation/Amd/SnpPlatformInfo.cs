namespace SwarmCompute.Attestation;

/// <summary>How a platform is set up (SEV-SNP Firmware ABI 56860, section 7.3, PLATFORM_INFO). Bits that are not named here occur and mean nothing here.</summary>
[Flags]
public enum SnpPlatformInfo : ulong
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>SMT is on.</summary>
    Smt = 1UL << 0,

    /// <summary>Transparent memory encryption is on.</summary>
    Tsme = 1UL << 1,

    /// <summary>The memory has ECC.</summary>
    Ecc = 1UL << 2,

    /// <summary>RAPL is off.</summary>
    RaplDisabled = 1UL << 3,

    /// <summary>Ciphertext is hidden.</summary>
    CiphertextHiding = 1UL << 4,

    /// <summary>The memory was checked for aliases since the last reset (AMD-SB-3015, "BadRAM"); reports say it from version 3 on.</summary>
    AliasCheckComplete = 1UL << 5,

    /// <summary>SEV-TIO is on.</summary>
    Tio = 1UL << 7,
}
