using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace SwarmCompute.AbiGenerator;

/// <summary>Writes the encoder of a function's call, and the decoder of a view's result where that has a fixed size.</summary>
internal static class CallSource
{
    /// <summary>Adds the methods.</summary>
    public static void Write(StringBuilder text, AbiItem item)
    {
        if (item.Inputs.FirstOrDefault(i => i.Type is AbiType.Unsupported) is { } strange)
            throw new FormatException($"{item.Signature} takes a {strange.Type.Canonical}, which is not supported.");
        Encoder(text, item);
        if (item.IsView && item.Outputs is not [] && item.Outputs.All(o => o.Type.IsStatic)) Decoder(text, item);
    }

    /// <summary>All heads, then all tails (Contract ABI Specification, "Formal Specification of the Encoding").</summary>
    private static void Encoder(StringBuilder text, AbiItem item)
    {
        var (name, begin) = item.Kind == "constructor"
            ? ("Constructor", "AbiWriter.Arguments()")
            : (item.Pascal, $"new AbiWriter(0x{BinaryPrimitives.ReadUInt32BigEndian(item.Hash):x8}u)");
        text.AppendLine(CultureInfo.InvariantCulture, $"    public static byte[] Encode{name}({string.Join(", ", item.Inputs.Select(i => $"{Parameter(i.Type)} {i.Camel}"))})")
            .AppendLine("    {")
            .AppendLine(CultureInfo.InvariantCulture, $"        var call = {begin};");
        if (item.Inputs.Any(i => !i.Type.IsStatic))
            text.AppendLine(CultureInfo.InvariantCulture, $"        var tail = {32 * item.Inputs.Sum(i => i.Type.IsStatic ? AbiType.WordsOf(i.Type) : 1)};");
        foreach (var input in item.Inputs) text.AppendLine(Head(input));
        foreach (var input in item.Inputs.Where(i => !i.Type.IsStatic)) text.AppendLine(Tail(input));
        text.AppendLine("        return call.ToArray();").AppendLine("    }").AppendLine();
    }

    private static string Head(AbiMember input) => input.Type switch
    {
        AbiType.List list => $"        call.Add((UInt128)tail); tail += 32 + {32 * AbiType.WordsOf(list.Element)} * {input.Camel}.Length;",
        AbiType.Bytes => $"        call.Add((UInt128)tail); tail += 32 + ({input.Camel}.Length + 31) / 32 * 32;",
        var type => $"        call{StructSource.Add(type, input.Camel)};",
    };

    private static string Tail(AbiMember input) => input.Type is AbiType.List list
        ? $"        call.Add((UInt128){input.Camel}.Length); foreach (var item in {input.Camel}) call{StructSource.Add(list.Element, "item")};"
        : $"        call.AddBytes({input.Camel});";

    private static string Parameter(AbiType type) => type switch
    {
        AbiType.List list => $"ReadOnlySpan<{StructSource.CSharp(list.Element)}>",
        AbiType.Bytes => "ReadOnlySpan<byte>",
        _ => StructSource.CSharp(type),
    };

    private static void Decoder(StringBuilder text, AbiItem item)
    {
        var type = item.Outputs is [var only] ? StructSource.CSharp(only.Type) : $"{item.Pascal}Result";
        var reads = string.Join(", ", item.Outputs.Select(o => StructSource.Read(o.Type, "words")));
        if (item.Outputs.Length > 1)
            text.AppendLine(CultureInfo.InvariantCulture, $"    public readonly record struct {type}({StructSource.Properties(item.Outputs)});").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $$"""
                public static bool TryDecode{{item.Pascal}}(ReadOnlySpan<byte> result, out {{type}} value)
                {
                    var words = new WordReader(result);
                    value = {{(item.Outputs.Length > 1 ? $"new({reads})" : reads)}};
                    return words.Valid;
                }

            """);
    }
}
