using ProxyGroups.Groups.Caps;

namespace ProxyGroups.Tests.Groups.Caps;

public sealed class ShortageBoardTests
{
    [Theory]
    [InlineData(3.25, "Group shop gives up a worker, idle for 3.3 s, to make room for group blog")]
    [InlineData(0, "Group shop gives up a worker, busy until its requests are done, to make room for group blog")]
    public void A_worker_that_makes_room_is_told_with_what_it_does(double idle, string expected)
    {
        var messages = new LogMessages();
        var offer = new YieldOffer(new CapWorker(1, "shop", 0, TimeSpan.Zero), TimeSpan.FromSeconds(idle));
        new ShortageBoard(messages).Announce(new Yield(offer, "to make room for group blog"));
        Assert.Equal([expected], messages.All);
    }
}
