using Microsoft.Extensions.Time.Testing;
using SwarmCompute.Guest.Authority;

namespace SwarmCompute.Guest.Tests;

public sealed class ChallengesTests
{
    private static readonly Hash32 Key = Hash32.Sha256([1]);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Fact]
    public void A_nonce_is_good_for_its_key_and_its_time_alone()
    {
        var challenges = new Challenges(_time);
        var nonce = challenges.Issue(Key);

        Assert.True(challenges.IsGood(nonce, Key));
        Assert.False(challenges.IsGood(nonce, Hash32.Sha256([2])));
        Assert.False(new Challenges(_time).IsGood(nonce, Key));
        _time.Advance(Challenges.Lifetime + TimeSpan.FromSeconds(1));
        Assert.False(challenges.IsGood(nonce, Key));
    }

    [Fact]
    public void No_other_bytes_are_a_nonce()
    {
        var challenges = new Challenges(_time);
        var nonce = challenges.Issue(Key);
        for (var i = 0; i < nonce.Length; i++)
        {
            var changed = nonce.ToArray();
            changed[i] ^= 1;
            Assert.False(challenges.IsGood(changed, Key));
        }
        Assert.False(challenges.IsGood(nonce.AsSpan(1), Key));
    }

    [Fact]
    public void A_nonce_from_a_later_clock_is_not_good()
    {
        var challenges = new Challenges(_time);
        _time.Advance(TimeSpan.FromMinutes(1));
        var nonce = challenges.Issue(Key);
        _time.AdjustTime(_time.GetUtcNow() - TimeSpan.FromMinutes(1));

        Assert.False(challenges.IsGood(nonce, Key));
    }
}
