namespace SwarmCompute;

/// <summary>Names a node: 1 to 63 lower-case letters, digits and hyphens, beginning with a letter or a digit.</summary>
public readonly record struct NodeId
{
    /// <summary>The most characters that a node's name has.</summary>
    public const int LengthMax = 63;

    private readonly string? _value;

    /// <summary>Takes a name.</summary>
    /// <exception cref="FormatException">The name breaks the rule above.</exception>
    public NodeId(string value)
    {
        if (!IsValid(value))
            throw new FormatException($"'{value}' is not a node id; give 1 to {LengthMax} lower-case letters, digits and hyphens.");
        _value = value;
    }

    /// <summary>The name; empty for the default value, which names no node.</summary>
    public string Value => _value ?? "";

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static bool IsValid(string value) =>
        value.Length is >= 1 and <= LengthMax && value[0] != '-' && value.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
