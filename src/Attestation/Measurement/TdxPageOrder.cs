namespace SwarmCompute.Attestation;

/// <summary>In which order a launcher adds and measures the pages of a TDX guest's firmware: MRTD depends on it.</summary>
public enum TdxPageOrder
{
    /// <summary>Each page is measured as soon as it is added.</summary>
    ExtendAfterEachAdd,

    /// <summary>All pages of a section are added, then all are measured: older QEMU.</summary>
    ExtendAfterAllAdds,
}
