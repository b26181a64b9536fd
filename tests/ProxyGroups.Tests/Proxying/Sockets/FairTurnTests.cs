using ProxyGroups.Proxying.Sockets;
using Xunit;

namespace ProxyGroups.Tests.Proxying.Sockets;

public sealed class FairTurnTests
{
    private const int KiB = 1 << 10;

    [Fact]
    public async Task A_copy_leaves_its_thread_after_256_KiB_without_a_wait_and_begins_anew()
    {
        var turn = new FairTurn();
        Assert.True(GoesOn(turn.Copied(255 * KiB).AsTask()));
        var end = turn.Copied(KiB).AsTask();
        Assert.False(GoesOn(end));
        await end;
        Assert.True(GoesOn(turn.Copied(255 * KiB).AsTask()));
    }

    [Fact]
    public void A_wait_begins_the_turn_anew()
    {
        var turn = new FairTurn();
        for (var piece = 0; piece < 10; piece++)
        {
            Assert.True(GoesOn(turn.Copied(255 * KiB).AsTask()));
            turn.Waited();
        }
    }

    // Nothing that could wait stands behind it: a hop that is over already would look completed too.
    private static bool GoesOn(Task copied) => copied == Task.CompletedTask;
}
