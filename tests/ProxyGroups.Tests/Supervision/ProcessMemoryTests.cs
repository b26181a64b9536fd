using System.Text;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Tests.Supervision;

public sealed class ProcessMemoryTests
{
    private const string Rollup = """
        557a9816b000-7ffed96b6000 ---p 00000000 00:00 0                          [rollup]
        Rss:                1780 kB
        Pss:                 272 kB
        Shared_Clean:       1628 kB
        Private_Clean:        40 kB
        Private_Dirty:       112 kB
        Private_Hugetlb:       8 kB
        Swap:                100 kB
        SwapPss:              16 kB
        """;

    private const string OfNoFile = """

        Pss_Anon:            130 kB
        Anonymous:           190 kB
        """;

    [Fact]
    public void What_files_back_is_told_apart() =>
        Assert.Equal((272 - 130) * 1024, ProcessMemory.Parse(Encoding.ASCII.GetBytes(Rollup + OfNoFile)).Files);

    [Fact]
    public void What_nobody_else_uses_is_told_apart_from_a_part_of_what_others_use_too() =>
        Assert.Equal(new MemoryUse((40 + 112 + 8 + 16) * 1024, (272 + 16) * 1024, null), ProcessMemory.Parse(Encoding.ASCII.GetBytes(Rollup)));

    [Fact]
    public void What_a_plain_process_would_use_counts_whole_what_no_file_backs() =>
        Assert.Equal((272 + 16 - 130 + 190) * 1024, ProcessMemory.Parse(Encoding.ASCII.GetBytes(Rollup + OfNoFile)).Unforked);

    [Fact]
    public void A_size_is_read_and_leaves_next_to_nothing_to_the_garbage_collector_and_that_of_a_process_that_is_gone_is_none()
    {
        Assert.InRange(ProcessMemory.Of(Environment.ProcessId)!.Value.Unique, 1 << 20, long.MaxValue);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ProcessMemory.Of(Environment.ProcessId);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100);
        Assert.Null(ProcessMemory.Of(int.MaxValue));
    }

    [Fact]
    public void What_the_machine_has_left_is_read_in_bytes()
    {
        Assert.Equal(24_093_016L * 1024, MachineMemory.Parse(["MemFree:  1 kB", "MemAvailable:   24093016 kB"]));
        Assert.Null(MachineMemory.Parse(["MemFree:  1 kB"]));
    }

    [Theory]
    [InlineData(100L, 99L, false)]
    [InlineData(100L, 100L, true)]
    [InlineData(null, 1L, true)]
    [InlineData(100L, null, true)]
    public void Only_a_known_want_of_memory_forbids_two(long? used, long? available, bool isEnough) =>
        Assert.Equal(isEnough, new MemoryRoom(used, available).IsEnough);
}
