using System.Text;

namespace SwarmCompute.Inference.Tests;

public sealed class TokenizerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public TokenizerTests() => TestEngine.Require();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Text_comes_back_byte_for_byte()
    {
        using var tokenizer = Load();
        foreach (var text in new[] { "then the sea and a wind", "snowman ☃, treble clef 𝄞", "tab\tnew\nline", "" })
        {
            var bytes = tokenizer.Encode(text, addSpecial: false).SelectMany(tokenizer.Decode).ToArray();
            Assert.Equal(text.Length == 0 ? "" : " " + text, Encoding.UTF8.GetString(bytes));       // this kind of vocabulary puts a space first
        }
    }

    [Fact]
    public void Text_comes_back_from_the_other_kind_of_vocabulary_too()
    {
        using var tokenizer = Load(splitAs: "deepseek-llm");
        const string Text = "then the sea; snowman ☃, zero \0, treble clef 𝄞";
        Assert.Equal(Text, Encoding.UTF8.GetString([.. tokenizer.Encode(Text, addSpecial: false).SelectMany(tokenizer.Decode)]));
    }

    // Such texts are split by std::regex, which recurses for every letter: on an ordinary stack it would end the process.
    [Theory, InlineData('a'), InlineData('.'), InlineData(' '), InlineData('1'), InlineData('é')]
    public void The_longest_text_of_one_letter_does_not_exhaust_the_stack(char letter)
    {
        using var tokenizer = Load(splitAs: "deepseek-llm");
        var text = new string(letter, (1 << 18) / Encoding.UTF8.GetByteCount([letter]));
        Assert.Equal(1 << 18, tokenizer.Encode(text, addSpecial: false).Length);
    }

    [Fact]
    public void A_token_may_be_a_part_of_a_character()
    {
        using var tokenizer = Load();
        Assert.Equal([0xE2], tokenizer.Decode(TinyModel.FirstByte + 0xE2));
    }

    [Fact]
    public void Special_tokens_are_added_when_asked_for()
    {
        using var tokenizer = Load();
        Assert.Equal(TinyModel.BeginToken, tokenizer.Encode("the", addSpecial: true)[0]);
        Assert.DoesNotContain(TinyModel.BeginToken, tokenizer.Encode("the", addSpecial: false));
        Assert.Empty(tokenizer.Decode(TinyModel.BeginToken));
    }

    [Fact]
    public void The_tokens_that_end_an_answer_are_known()
    {
        using var tokenizer = Load();
        Assert.Contains(TinyModel.EndToken, tokenizer.EndTokens);
        Assert.Equal(TinyModel.VocabularySize, tokenizer.VocabularySize);
    }

    [Theory, InlineData(-1), InlineData(100_000)]
    public void A_token_that_does_not_exist_is_refused(int token)
    {
        using var tokenizer = Load();
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode(token));
    }

    [Fact]
    public void A_known_template_makes_its_prompt_of_control_tokens()
    {
        using var tokenizer = Load(TinyModel.ChatTemplateKnown);
        var prompt = tokenizer.ApplyChatTemplate([new("system", "be brief"), new("user", "hé")]);
        Assert.Equal("<|im_start|>system\nbe brief<|im_end|>\n<|im_start|>user\nhé<|im_end|>\n<|im_start|>assistant\n", prompt);
        Assert.Equal(3, tokenizer.Encode(prompt, addSpecial: true).Count(token => token == TinyModel.TurnStart));
    }

    [Fact]
    public void A_template_that_is_not_known_gives_lines_of_roles()
    {
        using var tokenizer = Load("{{ nothing the engine has heard of }}");
        Assert.Equal("user: one\nassistant: two\nuser: three\nassistant:", tokenizer.ApplyChatTemplate([new("user", "one"), new("assistant", "two"), new("user", "three")]));
    }

    [Fact]
    public void A_model_without_a_template_is_given_the_contents_alone()
    {
        using var tokenizer = Load();
        Assert.Equal("Once there was", tokenizer.ApplyChatTemplate([new("system", "Once "), new("user", "there was")]));
    }

    [Fact]
    public void A_long_conversation_is_not_cut()
    {
        using var tokenizer = Load(TinyModel.ChatTemplateKnown);
        Assert.Contains(new string('x', 50_000), tokenizer.ApplyChatTemplate([new("user", new string('x', 50_000))]));
    }

    [Fact]
    public void What_is_too_long_or_holds_a_zero_is_refused()
    {
        using var tokenizer = Load(TinyModel.ChatTemplateKnown);
        Assert.Throws<InferenceException>(() => tokenizer.Encode(new string('a', (1 << 18) + 1), addSpecial: false));
        Assert.Throws<InferenceException>(() => tokenizer.ApplyChatTemplate([new("user", new string('a', (1 << 18) + 1))]));
        Assert.Throws<InferenceException>(() => tokenizer.ApplyChatTemplate([new("user", "a\0b")]));
    }

    [Fact]
    public void A_tokenizer_is_not_used_after_its_end()
    {
        var tokenizer = Load();
        tokenizer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tokenizer.Encode("the", addSpecial: false));
    }

    private ITokenizer Load(string? template = null, string? splitAs = null)
    {
        new TinyModel { ChatTemplate = template, SplitAs = splitAs }.WriteTo(_directory.File("model.gguf"));
        return LlamaCpp.LoadTokenizer(_directory.File("model.gguf"));
    }
}
