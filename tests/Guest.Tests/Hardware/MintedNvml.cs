using SwarmCompute.Attestation;
using SwarmCompute.Attestation.Tests;
using SwarmCompute.Guest.Collection.Nvidia;

namespace SwarmCompute.Guest.Tests.Hardware;

/// <summary>NVIDIA's driver over minted GPUs: each signs a report with the nonce that it is asked with.</summary>
internal sealed class MintedNvml(params NvidiaMint[] gpus) : INvml
{
    public NvidiaDeviceState Confidential { get; init; } = new(ConfidentialComputing: true, DeveloperTools: false);

    /// <summary>What a host that sits between makes of the nonce.</summary>
    public Func<Hash32, Hash32> Between { get; init; } = nonce => nonce;

    public NvidiaDeviceState State() => Confidential;

    public int Count() => gpus.Length;

    public string Uuid(int index) => "GPU-minted";

    public byte[] Report(int index, Hash32 nonce)
    {
        Between(nonce).ToArray().CopyTo(gpus[index].Nonce, 0);
        return gpus[index].Report();
    }

    public byte[] Chain(int index) => gpus[index].Chain;

    public void Dispose()
    {
        // It holds nothing.
    }
}
