using SwarmCompute.Guest.Collection;

namespace SwarmCompute.Guest.Tests.Collection;

/// <summary>A kernel in which no write arrives, as when a binary attribute is refused at its closing; it has old evidence.</summary>
internal sealed class DeafTsm : ITsmFiles
{
    public bool IsPresent => true;

    public void MakeDirectory(string name) { }

    public void RemoveDirectory(string name) { }

    public void Write(string name, string attribute, ReadOnlySpan<byte> bytes) { }

    public byte[] Read(string name, string attribute, int bytesMax) => attribute switch
    {
        "provider" => "sev_guest\n"u8.ToArray(),
        "generation" => "0\n"u8.ToArray(),
        "outblob" => [1, 2, 3],
        _ => throw EmulatedTsm.Fault(TsmFault.Missing),
    };
}
