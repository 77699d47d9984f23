using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Client.Gateway;

namespace SwarmCompute.Client.Tests.Gateway;

public sealed class GatewayRequestTests
{
    [Theory]
    [InlineData("""{"model":"swarm","prompt":"a } b"}""", """{"model":"swarm","prompt":"a } b","swarm":{"resume_tokens":[7,8]}}""")]
    [InlineData("""{"prompt":"x" } """, """{"prompt":"x","swarm":{"resume_tokens":[7,8]}}""")]
    [InlineData("""{"swarm":{},"prompt":"x"}""", """{"swarm":{"resume_tokens":[7,8]},"prompt":"x"}""")]
    [InlineData("""{"sw\u0061rm" : {"resume_tokens" : [7]} , "prompt":"x"}""", """{"swarm":{"resume_tokens":[7,8]},"prompt":"x"}""")]
    public void A_body_is_the_same_but_for_the_tokens_to_go_on_after(string body, string expected)
    {
        var after = GatewayRequest.Post("/v1/completions", Encoding.UTF8.GetBytes(body)).BodyAfter([7, 8]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(after.Span)), Encoding.UTF8.GetString(after.Span));
    }

    [Fact]
    public void A_body_that_need_not_be_changed_stays_as_it_came()
    {
        var body = """{"swarm":{"resume_tokens":[5, 6]},  "stream":true, "n":3}"""u8.ToArray();
        var request = GatewayRequest.Post("/v1/completions", body);
        Assert.Equal(body, request.BodyAfter([5, 6]).ToArray());
        Assert.Equal((true, 3), (request.IsStreamed, request.Choices));
        Assert.Equal([5, 6], request.Resume);
    }

    [Theory]
    [InlineData("""{"prompt":"x","stream":"yes","n":"2","swarm":7}""")]
    [InlineData("""{"prompt":"x","n":1.5,"swarm":{"resume_tokens":["a"]}}""")]
    public void What_a_head_will_refuse_is_left_to_it(string body)
    {
        var request = GatewayRequest.Post("/v1/completions", Encoding.UTF8.GetBytes(body));
        Assert.Equal((false, 1, 0), (request.IsStreamed, request.Choices, request.Resume.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("null")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"prompt":"x"} {}""")]
    public void What_is_no_json_object_is_refused(string body) =>
        Assert.Equal(400, Assert.Throws<GatewayException>(() => GatewayRequest.Post("/v1/completions", Encoding.UTF8.GetBytes(body))).Status);
}
