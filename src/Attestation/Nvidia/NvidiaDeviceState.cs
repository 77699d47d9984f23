namespace SwarmCompute.Attestation;

/// <summary>
/// What the driver inside the measured guest says of the device (NVML). A report does not carry it: it is worth as much as the guest's own
/// measurement, and no more.
/// </summary>
/// <param name="ConfidentialComputing">Whether the device is in its confidential mode.</param>
/// <param name="DeveloperTools">Whether developers' tools may look into it.</param>
public sealed record NvidiaDeviceState(bool ConfidentialComputing, bool DeveloperTools);
