using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SwarmCompute.Inference;

/// <summary>
/// Makes a grammar of a JSON schema: type (object, array, string, number, integer, boolean, null, or a list of them), enum, const, properties,
/// required, items, minItems, maxItems, anyOf; additionalProperties may be true or false. Members come in the schema's order, and only those that
/// it names. What else would limit the value is refused by name; what only describes it is left aside.
/// </summary>
internal sealed class JsonSchemaGrammar
{
    /// <summary>The grammar of any JSON object.</summary>
    public const string AnyObject = "root ::= space object\n" + Basics;

    private const int DepthMax = 32, ItemsMax = 1000, ChoicesMax = 500;

    private const string Basics = """
        value ::= object | array | string | number | boolean | null
        object ::= "{" space (string space ":" space value space ("," space string space ":" space value space)*)? "}"
        array ::= "[" space (value space ("," space value space)*)? "]"
        string ::= "\"" ([^"\\\x00-\x1F\x7F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4}))* "\""
        number ::= integer ("." [0-9]{1,17})? ([eE] [-+]? [0-9]{1,3})?
        integer ::= "-"? ("0" | [1-9] [0-9]{0,17})
        boolean ::= "true" | "false"
        null ::= "null"
        space ::= " "? | "\n" [ \t]{0,32}

        """;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly HashSet<string> Descriptions = ["$schema", "$id", "title", "description", "default", "examples", "$comment", "deprecated"];
    private static readonly HashSet<string> Known =
        ["type", "enum", "const", "properties", "required", "items", "minItems", "maxItems", "anyOf", "additionalProperties"];
    private static readonly string[] Types = ["object", "array", "string", "number", "integer", "boolean", "null"];

    private readonly StringBuilder _rules = new();
    private int _count;

    private JsonSchemaGrammar() { }

    /// <summary>The grammar's text.</summary>
    /// <exception cref="GrammarException">The schema is not one of this subset.</exception>
    public static string Of(JsonElement schema)
    {
        var grammar = new JsonSchemaGrammar();
        var root = grammar.Value(schema, 0);
        return $"root ::= space {root}\n{grammar._rules}{Basics}";
    }

    /// <summary>The name of the rule for a schema's values.</summary>
    private string Value(JsonElement schema, int depth)
    {
        if (depth > DepthMax) throw new GrammarException($"The schema is nested more than {DepthMax} deep.");
        if (schema.ValueKind == JsonValueKind.True) return "value";
        if (schema.ValueKind != JsonValueKind.Object) throw new GrammarException("A schema must be an object, or true.");
        foreach (var member in schema.EnumerateObject())
            if (!Known.Contains(member.Name) && !Descriptions.Contains(member.Name))
                throw new GrammarException($"The schema's keyword '{Short(member.Name)}' is not supported.");
        if (schema.TryGetProperty("const", out var constant)) return Alone(schema, "const", Rule(Literal(constant)));
        if (schema.TryGetProperty("enum", out var choices)) return Alone(schema, "enum", Rule(string.Join(" | ", List(choices, "enum").Select(Literal))));
        if (schema.TryGetProperty("anyOf", out var any))
            return Alone(schema, "anyOf", Rule(string.Join(" | ", List(any, "anyOf").Select(choice => Value(choice, depth + 1)))));
        return Rule(string.Join(" | ", TypesOf(schema).Select(type => OfType(type, schema, depth))));
    }

    /// <summary>Besides enum, const and anyOf only the type may be said, and is left aside.</summary>
    private static string Alone(JsonElement schema, string keyword, string rule)
    {
        foreach (var member in schema.EnumerateObject())
            if (member.Name != keyword && member.Name != "type" && Known.Contains(member.Name))
                throw new GrammarException($"The schema's keyword '{member.Name}' is not supported beside '{keyword}'.");
        return keyword != "anyOf" || !schema.TryGetProperty("type", out _) ? rule : throw new GrammarException("The schema's keyword 'type' is not supported beside 'anyOf'.");
    }

    private static IEnumerable<string> TypesOf(JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out var type))
            return schema.TryGetProperty("properties", out _) ? ["object"] : schema.TryGetProperty("items", out _) ? ["array"] : Types.Where(t => t != "integer");
        JsonElement[] names = type.ValueKind == JsonValueKind.Array ? [.. List(type, "type")] : [type];
        return names.Select(name => name.ValueKind == JsonValueKind.String && Array.IndexOf(Types, name.GetString()) is >= 0 and var at
            ? Types[at]
            : throw new GrammarException($"The schema's 'type' must be one of {string.Join(", ", Types)}, or a list of them."));
    }

    private string OfType(string type, JsonElement schema, int depth) => type switch
    {
        "object" => Members(schema, depth),
        "array" => Items(schema, depth),
        _ => type,
    };

    private string Members(JsonElement schema, int depth)
    {
        if (schema.TryGetProperty("additionalProperties", out var more) && more.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            throw new GrammarException("The schema's 'additionalProperties' must be true or false.");
        if (!schema.TryGetProperty("properties", out var properties))
            return schema.TryGetProperty("required", out _) ? throw new GrammarException("The schema's 'required' needs 'properties'.") : "object";
        if (properties.ValueKind != JsonValueKind.Object || properties.EnumerateObject().Count() > ChoicesMax)
            throw new GrammarException($"The schema's 'properties' must be an object of at most {ChoicesMax} members.");
        HashSet<string> required = schema.TryGetProperty("required", out var names) ? [.. List(names, "required", 0).Select(Name)] : [];
        var missing = required.FirstOrDefault(name => !properties.TryGetProperty(name, out _));
        if (missing is not null) throw new GrammarException($"The schema requires '{Short(missing)}', which is not among its properties.");

        // From the last member to the first: what may come from here on where a member came before ("more"), and where none did ("first").
        var (rest, first) = ("\"\"", "\"\"");
        foreach (var property in properties.EnumerateObject().Reverse())
        {
            var member = Rule($"{Literal(property.Name)} space \":\" space {Value(property.Value, depth + 1)} space");
            var optional = !required.Contains(property.Name);
            first = Rule(optional ? $"{member} {rest} | {first}" : $"{member} {rest}");
            rest = Rule(optional ? $"\",\" space {member} {rest} | {rest}" : $"\",\" space {member} {rest}");
        }
        return Rule($"\"{{\" space {first} \"}}\"");
    }

    private string Items(JsonElement schema, int depth)
    {
        var item = schema.TryGetProperty("items", out var items) ? Value(items, depth + 1) : "value";
        var (min, max) = (Bound(schema, "minItems", 0), Bound(schema, "maxItems", -1));
        if (max >= 0 && max < min) throw new GrammarException("The schema's 'maxItems' is less than its 'minItems'.");
        if (max == 0) return Rule("\"[\" space \"]\"");
        var more = $"(\",\" space {item} space){{{Math.Max(min - 1, 0)},{(max < 0 ? "" : (max - 1).ToString(CultureInfo.InvariantCulture))}}}";
        return Rule($"\"[\" space ({item} space {more}){(min == 0 ? "?" : "")} \"]\"");
    }

    private static int Bound(JsonElement schema, string keyword, int otherwise) =>
        !schema.TryGetProperty(keyword, out var value) ? otherwise
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count is >= 0 and <= ItemsMax ? count
            : throw new GrammarException($"The schema's '{keyword}' must be an integer from 0 to {ItemsMax}.");

    private static JsonElement.ArrayEnumerator List(JsonElement value, string keyword, int least = 1) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() >= least && value.GetArrayLength() <= ChoicesMax
            ? value.EnumerateArray()
            : throw new GrammarException($"The schema's '{keyword}' must be a list of {least} to {ChoicesMax}.");

    private static string Name(JsonElement name) =>
        name.ValueKind == JsonValueKind.String ? name.GetString()! : throw new GrammarException("The schema's 'required' must be a list of names.");

    private string Rule(string body)
    {
        var name = $"v{++_count}";
        _rules.Append(name).Append(" ::= ").Append(body).Append('\n');
        return _rules.Length <= Grammar.TextMax ? name : throw new GrammarException($"The schema is too large: its grammar has more than {Grammar.TextMax} characters.");
    }

    private static string Literal(JsonElement value) => Quoted(JsonSerializer.Serialize(value, Plain));

    private static string Literal(string name) => Quoted(JsonSerializer.Serialize(name, Plain));

    /// <summary>A string of GBNF; what JSON escapes stays escaped.</summary>
    private static string Quoted(string json) => $"\"{json.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Short(string name) => name.Length > 64 ? name[..64] : name;
}
