using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace SwarmCompute.Inference;

/// <summary>
/// Reads the header of a safetensors file (the format's README, "Format"): eight bytes of length, JSON, data. It is not trusted: tensors lie
/// inside the file, one after the other without holes or overlaps, and have as many bytes as their shape and type say.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>Longest header.</summary>
    public const int BytesMax = 100_000_000;

    private const int TensorsMax = 100_000, NameCharsMax = 256, DimensionsMax = 8;

    private static readonly FrozenDictionary<string, int> Bytes = new Dictionary<string, int>
    {
        ["F64"] = 8,
        ["F32"] = 4,
        ["F16"] = 2,
        ["BF16"] = 2,
        ["F8_E4M3"] = 1,
        ["F8_E5M2"] = 1,
        ["I64"] = 8,
        ["I32"] = 4,
        ["I16"] = 2,
        ["I8"] = 1,
        ["U64"] = 8,
        ["U32"] = 4,
        ["U16"] = 2,
        ["U8"] = 1,
        ["BOOL"] = 1,
    }.ToFrozenDictionary();

    /// <summary>The tensors, in the order of their data.</summary>
    /// <exception cref="ModelImportException">The file is not of this format, or cut off.</exception>
    public static ImmutableArray<SafetensorsTensor> Read(SafeFileHandle file, string path)
    {
        var fileBytes = RandomAccess.GetLength(file);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        Fill(file, length, 0, path);
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerBytes > BytesMax) throw Invalid(path, $"its header has {headerBytes} bytes, more than the {BytesMax} that are accepted");
        var dataAt = sizeof(ulong) + (long)headerBytes;
        if (dataAt > fileBytes) throw Invalid(path, $"it ends at byte {fileBytes}, inside its header: it is cut off");
        var header = new byte[(int)headerBytes];
        Fill(file, header, sizeof(ulong), path);
        try
        {
            using var json = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            return InOrder(Tensors(json.RootElement, file, dataAt, path), dataAt, fileBytes, path);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)      // the latter: text that is no UTF-8 or UTF-16
        {
            throw Invalid(path, "its header is not JSON of the right form", failure);
        }
    }

    private static List<SafetensorsTensor> Tensors(JsonElement header, SafeFileHandle file, long dataAt, string path)
    {
        if (header.ValueKind != JsonValueKind.Object) throw Invalid(path, "its header is not an object");
        var tensors = new List<SafetensorsTensor>();
        foreach (var member in header.EnumerateObject())
        {
            if (member.Name == "__metadata__") continue;
            if (tensors.Count == TensorsMax) throw Invalid(path, $"it has more than {TensorsMax} tensors");
            tensors.Add(Tensor(member.Name, member.Value, file, dataAt, path));
        }
        return tensors;
    }

    private static SafetensorsTensor Tensor(string name, JsonElement value, SafeFileHandle file, long dataAt, string path)
    {
        if (name.Length is 0 or > NameCharsMax || name.Any(c => c is <= ' ' or > '~')) throw Invalid(path, "the name of a tensor is empty, too long, or not made of printable ASCII characters");
        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() != 3 || !value.TryGetProperty("dtype", out var type)
            || !value.TryGetProperty("shape", out var shape) || !value.TryGetProperty("data_offsets", out var offsets))
            throw Invalid(path, $"tensor '{name}' is not described by dtype, shape and data_offsets");
        if (type.ValueKind != JsonValueKind.String || !Bytes.TryGetValue(type.GetString()!, out var elementBytes)) throw Invalid(path, $"tensor '{name}' has an unknown dtype");
        var lengths = Numbers(shape, DimensionsMax) ?? throw Invalid(path, $"the shape of tensor '{name}' is not 0 to {DimensionsMax} lengths");
        if (Numbers(offsets, 2) is not [var begin, var end] || begin > end) throw Invalid(path, $"the data_offsets of tensor '{name}' are not a begin and an end");
        if (Product(lengths, elementBytes) != end - begin) throw Invalid(path, $"tensor '{name}' has {end - begin} bytes, which is not what its shape and dtype need");
        return new(name, type.GetString()!, lengths, file, dataAt + begin, end - begin);
    }

    private static ImmutableArray<SafetensorsTensor> InOrder(List<SafetensorsTensor> tensors, long dataAt, long fileBytes, string path)
    {
        var at = dataAt;
        var ordered = tensors.OrderBy(tensor => tensor.DataAt).ThenBy(tensor => tensor.DataBytes).ToImmutableArray();
        foreach (var tensor in ordered)
        {
            if (tensor.DataAt != at) throw Invalid(path, $"the data of tensor '{tensor.Name}' {(tensor.DataAt < at ? "overlaps with" : "does not begin at the end of")} what comes before it");
            if (tensor.DataBytes > fileBytes - at) throw Invalid(path, $"it ends at byte {fileBytes}, inside tensor '{tensor.Name}': it is cut off");
            at += tensor.DataBytes;
        }
        return at == fileBytes ? ordered : throw Invalid(path, $"its tensors end at byte {at}, the file at {fileBytes}");
    }

    /// <summary>Whole numbers from 0 to 2^53, not more than so many; else null.</summary>
    private static ImmutableArray<long>? Numbers(JsonElement array, int countMax)
    {
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > countMax) return null;
        var numbers = ImmutableArray.CreateBuilder<long>();
        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out var number) || number is < 0 or > 1L << 53) return null;
            numbers.Add(number);
        }
        return numbers.ToImmutable();
    }

    /// <summary>Bytes of all elements; -1 where there are more than a file can have.</summary>
    private static long Product(ImmutableArray<long> lengths, int elementBytes)
    {
        Int128 bytes = elementBytes;
        foreach (var length in lengths)
        {
            bytes *= length;
            if (bytes > long.MaxValue) return -1;
        }
        return (long)bytes;
    }

    private static void Fill(SafeFileHandle file, Span<byte> bytes, long at, string path)
    {
        while (!bytes.IsEmpty)
        {
            var read = RandomAccess.Read(file, bytes, at);
            if (read == 0) throw Invalid(path, "it ends inside its header: it is cut off");
            bytes = bytes[read..];
            at += read;
        }
    }

    private static ModelImportException Invalid(string path, string why, Exception? cause = null)
    {
        var message = $"{path} is not a usable safetensors file: {why}. Download the model again.";
        return cause is null ? new(message) : new(message, cause);
    }
}
