using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Supervision.Preloading;

/// <summary>When a group whose forked workers die before they are ready is to start them plainly.</summary>
public sealed class DeadBootsTests
{
    private const int Segv = 128 + 11;

    private readonly DeadBoots _subject = new();

    [Fact]
    public void The_second_in_a_row_of_a_group_and_generation_forbids_more()
    {
        Assert.False(_subject.NoteDeath(Of("shop", 1), new(Segv)));
        Assert.False(_subject.NoteDeath(Of("blog", 1), new(Segv)));
        Assert.False(_subject.Forbids(Of("shop", 1)));
        Assert.True(_subject.NoteDeath(Of("shop", 1), new(70)));
        Assert.True(_subject.Forbids(Of("shop", 1)));
        Assert.False(_subject.NoteDeath(Of("shop", 1), new(70)), "the preloader is replaced once");
        Assert.False(_subject.Forbids(Of("blog", 1)));
        Assert.False(_subject.Forbids(Of("shop", 2)), "a new generation is tried again");
        Assert.False(_subject.NoteDeath(Of("shop", 2), new(70)));
    }

    [Fact]
    public void One_that_became_ready_between_them_ends_the_row()
    {
        Assert.False(_subject.NoteDeath(Of("shop", 1), new(Segv)));
        _subject.NoteReady(Of("shop", 1));
        Assert.False(_subject.NoteDeath(Of("shop", 1), new(Segv)));
        Assert.False(_subject.Forbids(Of("shop", 1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(128 + 15)]
    [InlineData(-2)]
    public void What_would_end_a_plain_worker_too_says_nothing_of_forking(int code)
    {
        Assert.False(_subject.NoteDeath(Of("shop", 1), new(code)));
        Assert.False(_subject.NoteDeath(Of("shop", 1), new(code)));
        Assert.False(_subject.Forbids(Of("shop", 1)));
    }

    private static WorkerIdentity Of(string group, int generation) => new(group, 1, 0, generation);
}
