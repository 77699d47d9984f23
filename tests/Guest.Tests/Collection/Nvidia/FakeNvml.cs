using System.Globalization;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Collection.Nvidia;

namespace SwarmCompute.Guest.Tests.Collection.Nvidia;

/// <summary>NVIDIA's driver with as many GPUs as one likes; a GPU's report is its request.</summary>
internal sealed class FakeNvml(int count) : INvml
{
    public NvidiaDeviceState Confidential { get; set; } = new(ConfidentialComputing: true, DeveloperTools: false);

    /// <summary>Runs before a GPU, or with -1 the driver, answers. What it throws is the answer.</summary>
    public Action<int> Before { get; set; } = _ => { };

    public int Ended { get; private set; }

    public int Asked { get; private set; }

    public NvidiaDeviceState State() => Confidential;

    public int Count()
    {
        Before(-1);
        return count;
    }

    public string Uuid(int index) => string.Create(CultureInfo.InvariantCulture, $"GPU-{index}");

    public byte[] Report(int index, Hash32 nonce)
    {
        Before(index);
        Asked++;
        return [0x11, 0xe0, 1, 0xff, .. nonce.ToArray(), 0, (byte)index];
    }

    public byte[] Chain(int index) => [(byte)'P', (byte)index];

    public void Dispose() => Ended++;
}
