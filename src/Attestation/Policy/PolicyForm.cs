using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation;

/// <summary>How one value stands in a policy file.</summary>
/// <param name="Cure">What may stand there: the end of a line that says "give …".</param>
/// <param name="Read">Reads it; the text says where it stands. Throws <see cref="FormatException"/> with one line where it is something else.</param>
/// <param name="Write">Writes it.</param>
internal sealed record PolicyForm<T>(string Cure, Func<JsonNode?, string, T> Read, Func<T, JsonNode?> Write)
{
    /// <summary>The same form for another type.</summary>
    public PolicyForm<TOther> As<TOther>(Func<T, TOther> to, Func<TOther, T> from) =>
        new(Cure, (node, path) => to(Read(node, path)), value => Write(from(value)));
}
