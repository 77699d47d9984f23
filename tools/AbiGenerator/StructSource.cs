using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace SwarmCompute.AbiGenerator;

/// <summary>Writes a struct as a record struct that reads and writes its words.</summary>
internal static class StructSource
{
    /// <summary>Adds the type.</summary>
    public static void Write(StringBuilder text, AbiType.Struct type) => text.AppendLine(CultureInfo.InvariantCulture, $$"""
            public readonly record struct {{type.Name}}({{Properties(type.Members)}})
            {
                public const int Words = {{type.Words}};

                public static {{type.Name}} Read(ref WordReader words) => new({{string.Join(", ", type.Members.Select(m => Read(m.Type, "words")))}});

                public AbiWriter Write(AbiWriter to) => to{{string.Concat(type.Members.Select(m => Add(m.Type, m.Pascal)))}};
            }

        """);

    /// <summary>Members as the parameters of a record.</summary>
    public static string Properties(ImmutableArray<AbiMember> members) => string.Join(", ", members.Select(m => $"{CSharp(m.Type)} {m.Pascal}"));

    /// <summary>A static type in C#.</summary>
    public static string CSharp(AbiType type) => type switch
    {
        AbiType.Word word => word.CSharp,
        AbiType.Struct tuple => tuple.Name,
        _ => throw new FormatException($"{type.Canonical} is not static."),
    };

    /// <summary>The expression that reads a value.</summary>
    public static string Read(AbiType type, string words) => type switch
    {
        AbiType.Word word => $"{words}.{word.Read}()",
        AbiType.Struct tuple => $"{tuple.Name}.Read(ref {words})",
        _ => throw new FormatException($"{type.Canonical} is not static."),
    };

    /// <summary>The call, chained to a writer, that adds a value.</summary>
    public static string Add(AbiType type, string value) => type is AbiType.Struct ? $".Add({value}.Write)" : $".Add({value})";
}
