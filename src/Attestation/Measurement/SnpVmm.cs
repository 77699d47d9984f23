namespace SwarmCompute.Attestation;

/// <summary>Who launches an SEV-SNP guest: each sets the first state of a virtual processor, and the order of pages, in its own way.</summary>
public enum SnpVmm
{
    /// <summary>QEMU with KVM.</summary>
    Qemu,

    /// <summary>Amazon EC2.</summary>
    Ec2,

    /// <summary>Google Compute Engine.</summary>
    Gce,
}
