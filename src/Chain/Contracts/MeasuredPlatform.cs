namespace SwarmCompute.Chain.Contracts;

/// <summary>What a measurement is of, with the numbers that the MeasurementRegistry contract uses.</summary>
public enum MeasuredPlatform
{
    /// <summary>No hardware behind it; on development chains only.</summary>
    Development,

    /// <summary>Intel TDX.</summary>
    Tdx,

    /// <summary>AMD SEV-SNP.</summary>
    SevSnp,

    /// <summary>Intel SGX.</summary>
    Sgx,

    /// <summary>Arm CCA.</summary>
    Cca,

    /// <summary>A GPU in confidential mode.</summary>
    Gpu,
}
