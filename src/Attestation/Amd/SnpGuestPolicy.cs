namespace SwarmCompute.Attestation;

/// <summary>What a guest allows its host, fixed at launch (SEV-SNP Firmware ABI 56860, section 4.3, "Guest Policy"; its low 16 bits are the ABI).</summary>
[Flags]
public enum SnpGuestPolicy : ulong
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It may run where SMT is on.</summary>
    Smt = 1UL << 16,

    /// <summary>Reserved, always one.</summary>
    One = 1UL << 17,

    /// <summary>It may be bound to a migration agent.</summary>
    MigrationAgent = 1UL << 18,

    /// <summary>Its host may read and write its memory.</summary>
    Debug = 1UL << 19,

    /// <summary>It runs on one socket only.</summary>
    SingleSocket = 1UL << 20,

    /// <summary>CXL devices may be populated.</summary>
    Cxl = 1UL << 21,

    /// <summary>It demands AES-256-XTS.</summary>
    Aes256Xts = 1UL << 22,

    /// <summary>It demands that RAPL is off.</summary>
    RaplDisabled = 1UL << 23,

    /// <summary>It demands that ciphertext is hidden.</summary>
    CiphertextHiding = 1UL << 24,

    /// <summary>It demands that pages are not swapped.</summary>
    PageSwapDisabled = 1UL << 25,
}
