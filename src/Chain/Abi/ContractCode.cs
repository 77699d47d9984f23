using System.Collections.Immutable;

namespace SwarmCompute.Chain.Abi;

/// <summary>The creation code of our contracts, as compiled with this library.</summary>
internal static class ContractCode
{
    /// <summary>The code of a contract, without the arguments of its constructor.</summary>
    public static ImmutableArray<byte> Of(string contract) => Resource($"{contract}.bin");

    /// <summary>A file that the build made of a contract.</summary>
    public static ImmutableArray<byte> Resource(string name)
    {
        using var resource = typeof(ContractCode).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded; build src/Chain again.");
        var code = new byte[resource.Length];
        resource.ReadExactly(code);
        return [.. code];
    }
}
