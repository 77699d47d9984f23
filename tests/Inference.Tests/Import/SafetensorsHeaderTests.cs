using CsCheck;

namespace SwarmCompute.Inference.Tests;

public sealed class SafetensorsHeaderTests
{
    private static readonly byte[] Valid = SafetensorsBytes.Of([("a", "F32", [2, 3], new byte[24]), ("b", "BF16", [5], new byte[10]), ("c", "F16", [], new byte[2])]);

    private static readonly string[] Pieces = ["{\"a\":", "{\"dtype\":\"F32\"", ",\"shape\":[", "1", "]", ",\"data_offsets\":[0,", "4]", "}", "null", "[[", "1e999", "\"\\ud800\""];

    [Fact]
    public void Tensors_are_found_where_they_lie()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory.File("m"), Valid);
        using var file = File.OpenHandle(directory.File("m"));
        var tensors = SafetensorsHeader.Read(file, "m");
        Assert.Equal([("a", "F32", 24L), ("b", "BF16", 10L), ("c", "F16", 2L)], tensors.Select(tensor => (tensor.Name, tensor.Type, tensor.DataBytes)));
        Assert.Equal([Valid.Length - 36L, Valid.Length - 12L, Valid.Length - 2L], tensors.Select(tensor => tensor.DataAt));
        Assert.Equal([2L, 3L], tensors[0].Shape);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "4 bytes, which is not what its shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "does not begin at the end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "it is cut off")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "its tensors end at byte")]
    [InlineData("""{"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}}""", "unknown dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "the shape of tensor 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "data_offsets of tensor 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9007199254740992,9007199254740992],"data_offsets":[0,4]}}""", "not what its shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}""", "is not described by")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "not JSON of the right form")]
    [InlineData("""{"a b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "the name of a tensor")]
    [InlineData("[]", "not an object")]
    [InlineData("""{"\ud800":1}""", "not JSON of the right form")]
    public void What_does_not_fit_is_refused(string header, string reason) => Assert.Contains(reason, SafetensorsBytes.Refusal(SafetensorsBytes.Of(header, new byte[8])));

    [Fact]
    public void A_header_that_is_too_long_or_not_there_is_refused()
    {
        Assert.Contains("more than the 100000000", SafetensorsBytes.Refusal([.. BitConverter.GetBytes(100_000_001UL), .. new byte[8]]));
        Assert.Contains("inside its header", SafetensorsBytes.Refusal(BitConverter.GetBytes(100UL)));
        Assert.Contains("inside its header", SafetensorsBytes.Refusal([1, 2]));
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_refused() => Gen.Int[0, Valid.Length - 1].Sample(length => Assert.NotEmpty(SafetensorsBytes.Refusal(Valid[..length])), iter: 100, threads: 1);

    [Fact]
    public void A_file_changed_anywhere_is_read_or_refused() =>
        Gen.Select(Gen.Int[0, Valid.Length - 1], Gen.Byte).Array[1, 6].Sample(changes =>
        {
            byte[] bytes = [.. Valid];
            foreach (var (at, value) in changes) bytes[at] = value;
            ReadOrRefuse(bytes);
        }, iter: 1500, threads: 1);

    [Fact]
    public void Any_header_is_read_or_refused() =>
        Gen.OneOf(Gen.String[0, 60], Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 12].Select(string.Concat))
            .Sample(header => ReadOrRefuse(SafetensorsBytes.Of(header, new byte[4])), iter: 1000, threads: 1);

    private static void ReadOrRefuse(byte[] bytes)
    {
        try
        {
            SafetensorsBytes.Read(bytes);
        }
        catch (ModelImportException refusal)
        {
            Assert.DoesNotContain('\n', refusal.Message);
        }
    }
}
