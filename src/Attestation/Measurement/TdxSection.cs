namespace SwarmCompute.Attestation;

/// <summary>A section of a TDX virtual firmware (Intel TDX Virtual Firmware Design Guide, section 11, TDVF_SECTION).</summary>
/// <param name="DataOffset">Where its data lies in the image.</param>
/// <param name="DataSize">How many bytes of data it has.</param>
/// <param name="Address">Where it goes, guest-physical.</param>
/// <param name="MemorySize">How many bytes of memory it takes; what its data does not fill is zero.</param>
/// <param name="Kind">0 BFV, 1 CFV, 2 TD HOB, 3 temporary memory, 4 permanent memory, 5 payload.</param>
/// <param name="Attributes">Bit 0: measured (MR.EXTEND); bit 1: added later by the guest (PAGE.AUG), and so not measured at all.</param>
public readonly record struct TdxSection(uint DataOffset, uint DataSize, ulong Address, ulong MemorySize, uint Kind, uint Attributes)
{
    /// <summary>Whether its contents are measured.</summary>
    public bool IsMeasured => (Attributes & 1) != 0;

    /// <summary>Whether it is added before the guest starts.</summary>
    public bool IsAdded => (Attributes & 2) == 0;
}
