using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Collection.Nvidia;

/// <summary>
/// What is asked of NVIDIA's driver (NVML). Calls may take seconds and cannot be cancelled; a fault is a <see cref="GuestException"/>.
/// Disposing ends the session.
/// </summary>
internal interface INvml : IDisposable
{
    /// <summary>What the driver says of all GPUs together.</summary>
    NvidiaDeviceState State();

    /// <summary>How many GPUs the guest has.</summary>
    int Count();

    /// <summary>The name that the driver gives a GPU, for messages; at most 96 characters.</summary>
    string Uuid(int index);

    /// <summary>
    /// The report of a GPU: the SPDM request that the driver sent, 37 bytes, and the GPU's response, as <see cref="NvidiaVerifier"/> reads them
    /// (NVIDIA nvtrust, guest_tools, attestation report).
    /// </summary>
    /// <param name="index">The GPU.</param>
    /// <param name="nonce">What it is asked with.</param>
    byte[] Report(int index, Hash32 nonce);

    /// <summary>The certificates of a GPU's attestation key: PEM, leaf first, root last.</summary>
    byte[] Chain(int index);
}
