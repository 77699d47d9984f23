using System.Text;
using System.Text.Json.Nodes;

namespace SwarmCompute.Primitives.Tests;

public sealed class ManifestTests
{
    private static readonly Manifest Sample = new(
        Manifest.LlamaCpp, new ModelReference(Hash32.Sha256("model"u8), 1234), 3, 1024, 1, [Manifest.Development], Hash32.Sha256("authority"u8));

    [Fact]
    public void A_manifest_reads_back_as_it_was_written() => Assert.Equal(Sample, Manifest.Parse(Sample.ToCanonicalBytes()));

    [Fact]
    public void The_canonical_form_is_this() => Assert.Equal(
        $$"""{"authority":"{{Sample.Authority}}","contextTokens":1024,"engine":"llama.cpp","model":{"sha256":"{{Sample.Model.Sha256}}","sizeBytes":1234},"stages":3,"tee":["development"],"threads":1,"version":1}""",
        Encoding.UTF8.GetString(Sample.ToCanonicalBytes()));

    [Fact]
    public void Optional_members_are_in_the_canonical_form_only_where_they_are_not_the_default()
    {
        var key = new ApiKeyTerms("team", Hash32.Sha256("secret"u8), 60, 20_000, 4);
        var full = Sample with { Sessions = 16, Layers = [7, 6, 3], Standby = true, ApiKeys = [key], Boundary = "bf16" };
        Assert.Equal(full, Manifest.Parse(full.ToCanonicalBytes()));
        Assert.Equal(
            $$"""{"apiKeys":[{"answers":4,"name":"team","requestsPerMinute":60,"sha256":"{{key.Sha256}}","tokensPerMinute":20000}],"authority":"{{Sample.Authority}}","boundary":"bf16","contextTokens":1024,"engine":"llama.cpp","layers":[7,6,3],"model":{"sha256":"{{Sample.Model.Sha256}}","sizeBytes":1234},"sessions":16,"stages":3,"standby":true,"tee":["development"],"threads":1,"version":1}""",
            Encoding.UTF8.GetString(full.ToCanonicalBytes()));
        Assert.NotEqual(Sample.Hash, full.Hash);
    }

    [Fact]
    public void What_each_stage_holds_is_read_back_and_changes_the_hash_only_where_it_is_said()
    {
        var held = Sample with { Memory = [1, 1_000_000, ManifestLimits.MemoryBytesMax] };
        Assert.Equal(held.Memory, Manifest.Parse(held.ToCanonicalBytes()).Memory);
        Assert.Contains("\"memory\":[1,1000000,281474976710656],", Encoding.UTF8.GetString(held.ToCanonicalBytes()), StringComparison.Ordinal);
        Assert.NotEqual(Sample.Hash, held.Hash);
        Assert.Equal(Sample.ToCanonicalBytes(), (held with { Memory = [] }).ToCanonicalBytes());
        Assert.Empty(Manifest.Parse(Sample.ToCanonicalBytes()).Memory);
    }

    [Fact]
    public void The_tokens_that_all_sessions_hold_are_those_of_every_context_unless_the_manifest_says_fewer()
    {
        Assert.Equal(4 * 1024, Sample.KvTokens);
        Assert.Equal(250 * 1024, (Sample with { Sessions = 250 }).KvTokens);
        var fewer = Sample with { Sessions = 250, KvTokens = 8192 };
        Assert.Equal(8192, Manifest.Parse(fewer.ToCanonicalBytes()).KvTokens);
        Assert.Contains("\"kvTokens\":8192,", Encoding.UTF8.GetString(fewer.ToCanonicalBytes()), StringComparison.Ordinal);
        Assert.Equal(Sample.ToCanonicalBytes(), (Sample with { KvTokens = 4 * 1024 }).ToCanonicalBytes());
    }

    [Theory]
    [InlineData("colour", "\"red\"", "unknown field 'colour'")]
    [InlineData("stages", "0", "field 'stages'")]
    [InlineData("stages", "17", "field 'stages'")]
    [InlineData("stages", "\"3\"", "field 'stages'")]
    [InlineData("engine", "\"other\"", "field 'engine'")]
    [InlineData("tee", "[]", "field 'tee'")]
    [InlineData("tee", "[\"sgx\"]", "field 'tee'")]
    [InlineData("tee", "[\"tdx\",\"tdx\"]", "field 'tee'")]
    [InlineData("authority", "\"00\"", "field 'authority'")]
    [InlineData("model", "1", "field 'model'")]
    [InlineData("version", "2", "field 'version'")]
    [InlineData("contextTokens", "8", "field 'contextTokens'")]
    [InlineData("sessions", "0", "field 'sessions'")]
    [InlineData("sessions", "251", "field 'sessions'")]
    [InlineData("kvTokens", "1023", "field 'kvTokens' must be an integer from 1024 to 4096")]
    [InlineData("kvTokens", "4097", "field 'kvTokens' must be an integer from 1024 to 4096")]
    [InlineData("kvTokens", "\"all\"", "field 'kvTokens'")]
    [InlineData("layers", "[1,2]", "field 'layers'")]
    [InlineData("layers", "[1,0,2]", "field 'layers[1]'")]
    [InlineData("memory", "[]", "field 'memory'")]
    [InlineData("memory", "[1,2]", "field 'memory'")]
    [InlineData("memory", "[1,2,0]", "field 'memory[2]'")]
    [InlineData("memory", "[281474976710657,1,1]", "field 'memory[0]'")]
    [InlineData("memory", "[1,\"2\",3]", "field 'memory[1]'")]
    [InlineData("standby", "1", "field 'standby'")]
    [InlineData("boundary", "\"f16\"", "field 'boundary'")]
    [InlineData("apiKeys", "[]", "field 'apiKeys'")]
    [InlineData("apiKeys", "[1]", "field 'apiKeys[0]'")]
    [InlineData("apiKeys", "[{\"name\":\"\"}]", "field 'apiKeys[0].name'")]
    [InlineData("apiKeys", "[{\"name\":\"a\",\"key\":\"b\"}]", "unknown field 'apiKeys[0].key'")]
    [InlineData("apiKeys", "[{\"name\":\"a\",\"sha256\":\"B\"}]", "field 'apiKeys[0].sha256'")]
    public void A_wrong_field_is_named(string field, string value, string named)
    {
        var members = CanonicalJson.ParseObject(Sample.ToCanonicalBytes(), ManifestLimits.BytesMax);
        members[field] = JsonNode.Parse(value);
        var refusal = Assert.Throws<ManifestException>(() => Manifest.Parse(CanonicalJson.Serialize(members)));
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("engine")]
    [InlineData("model")]
    [InlineData("stages")]
    [InlineData("contextTokens")]
    [InlineData("threads")]
    [InlineData("tee")]
    [InlineData("authority")]
    public void A_missing_field_is_named(string field)
    {
        var members = CanonicalJson.ParseObject(Sample.ToCanonicalBytes(), ManifestLimits.BytesMax);
        members.Remove(field);
        var refusal = Assert.Throws<ManifestException>(() => Manifest.Parse(CanonicalJson.Serialize(members)));
        Assert.Contains($"field '{field}'", refusal.Message, StringComparison.Ordinal);
    }
}
