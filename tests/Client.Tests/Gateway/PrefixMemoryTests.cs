using System.Text;
using CsCheck;
using SwarmCompute.Client.Gateway;

namespace SwarmCompute.Client.Tests.Gateway;

public sealed class PrefixMemoryTests
{
    private const string Path = "/v1/completions";

    [Fact]
    public void Equal_blocks_mean_equal_beginnings() => Gen.Select(Gen.Int[0, 2000], Gen.Int[0, 2000], Gen.Int[0, 2000]).Sample((common, one, other) =>
    {
        var first = PromptBlocks.Of(Path, Encoding.ASCII.GetBytes(new string('c', common) + new string('a', one)));
        var second = PromptBlocks.Of(Path, Encoding.ASCII.GetBytes(new string('c', common) + new string('b', other)));
        var equal = first.Zip(second).TakeWhile(pair => pair.First == pair.Second).Count();
        var whole = Math.Min(first.Length, second.Length);
        return equal == Math.Min(common / PromptBlocks.BlockBytes, whole) && first.Skip(equal).Take(whole - equal).Zip(second.Skip(equal)).All(pair => pair.First != pair.Second);
    });

    [Fact]
    public void The_same_text_on_another_path_is_another_prompt() =>
        Assert.Empty(PromptBlocks.Of(Path, new byte[1024]).Intersect(PromptBlocks.Of("/v1/chat/completions", new byte[1024])));

    [Fact]
    public void Of_a_long_prompt_the_beginning_counts() =>
        Assert.Equal(PromptBlocks.PromptBytesMax / PromptBlocks.BlockBytes, PromptBlocks.Of(Path, new byte[1024 * 1024]).Length);

    [Fact]
    public void What_was_remembered_is_seen_there_alone_until_it_is_forgotten()
    {
        var memory = new PrefixMemory(100);
        memory.Remember([1, 2, 3], 0);
        memory.Remember([1, 2, 9], 5);
        Assert.Equal((3, 2, 0), (memory.Seen([1, 2, 3, 4], 0), memory.Seen([1, 2, 3, 4], 5), memory.Seen([1, 2, 3, 4], 6)));
        memory.Forget(0);
        Assert.Equal((0, 3), (memory.Seen([1, 2, 3], 0), memory.Seen([1, 2, 9], 5)));
    }

    [Fact]
    public void It_never_holds_more_than_its_bound_and_the_latest_beginning_is_in_it() =>
        Gen.Select(Gen.Int[1, 20], Gen.Select(Gen.Int[0, 40], Gen.Int[1, 30], Gen.Int[0, 31]).List[1, 20]).Sample((bound, prompts) =>
        {
            var memory = new PrefixMemory(bound);
            foreach (var (first, length, replica) in prompts)
            {
                var blocks = Enumerable.Range(first, length).Select(b => (UInt128)(uint)b);
                memory.Remember([.. blocks], replica);
                Assert.True(memory.Count <= bound);
                Assert.Equal(Math.Min(length, bound), memory.Seen([.. blocks], replica));
            }
        });
}
