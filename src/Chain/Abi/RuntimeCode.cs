using System.Collections.Immutable;
using System.Globalization;

namespace SwarmCompute.Chain.Abi;

/// <summary>The code that one of our contracts has once it is deployed, as compiled with this library.</summary>
/// <param name="Code">The code, with zeros where the constructor writes immutable values.</param>
/// <param name="Immutables">Where in the code those stand.</param>
internal sealed record RuntimeCode(ImmutableArray<byte> Code, ImmutableArray<Range> Immutables)
{
    /// <summary>The code of a contract.</summary>
    public static RuntimeCode Of(string contract) => new(ContractCode.Resource($"{contract}.runtime"), [.. Lines($"{contract}.immutables").Select(Place)]);

    /// <summary>A deployed contract's code with zeros in place of the immutable values.</summary>
    public byte[] WithoutImmutables(ReadOnlySpan<byte> deployed)
    {
        var plain = deployed.ToArray();
        foreach (var range in Immutables.Where(r => r.End.Value <= plain.Length)) plain.AsSpan()[range].Clear();
        return plain;
    }

    private static string[] Lines(string resource) =>
        System.Text.Encoding.ASCII.GetString(ContractCode.Resource(resource).AsSpan()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static Range Place(string line)
    {
        var parts = line.Split(' ');
        var start = int.Parse(parts[0], CultureInfo.InvariantCulture);
        return start..(start + int.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
