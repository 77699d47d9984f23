namespace SwarmCompute.Attestation;

/// <summary>A range of guest memory that the firmware asks the launcher to prepare (edk2, OvmfPkg/ResetVector/X64/OvmfSevMetadata.asm).</summary>
/// <param name="Address">Where it starts, guest-physical.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Kind">What it is for.</param>
public readonly record struct SnpSection(uint Address, uint Size, SnpSectionKind Kind);
