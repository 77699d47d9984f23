namespace SwarmCompute.Attestation;

/// <summary>What a section of OVMF's SEV metadata is for (edk2, OvmfPkg/ResetVector/X64/OvmfSevMetadata.asm).</summary>
public enum SnpSectionKind : uint
{
    /// <summary>Memory that the firmware uses before it can validate pages itself.</summary>
    SecMemory = 1,

    /// <summary>The page of secrets.</summary>
    Secrets = 2,

    /// <summary>The page of CPUID values.</summary>
    Cpuid = 3,

    /// <summary>The calling area of an SVSM.</summary>
    SvsmCaa = 4,

    /// <summary>The page with the hashes of kernel, initial RAM disk and command line.</summary>
    KernelHashes = 0x10,
}
