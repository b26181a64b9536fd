using ProxyGroups.Supervision.Linux;
using Xunit;

namespace ProxyGroups.Tests.Supervision;

public sealed class ProcessStatTests
{
    [Fact]
    public void A_program_name_with_spaces_and_parentheses_does_not_shift_the_fields() =>
        Assert.Equal(
            new ProcessStat(7, 'S', 1, 5, 4, 123456) { CpuTicks = 5 + 6 + 7 + 8 },
            ProcessStat.Parse(7, "7 (a) b (c)) S 1 5 4 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 1000 200 18446744073709551615"u8));

    [Fact]
    public void A_thread_of_the_kernel_is_told_from_a_program() =>
        Assert.True(ProcessStat.Parse(2, "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 2 0 0 18446744073709551615"u8)!.Value.IsOfKernel);

    [Fact]
    public void A_line_cut_short_is_no_process() => Assert.Null(ProcessStat.Parse(7, "7 (a) S 1"u8));

    [Fact]
    public void All_processes_are_read_and_leave_next_to_nothing_to_the_garbage_collector()
    {
        var own = ProcessStat.ReadEach().Single(static process => process.Pid == Environment.ProcessId);
        Assert.Equal(ProcessStat.Read(Environment.ProcessId)!.Value.StartTime, own.StartTime);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var count = ProcessStat.ReadEach().Count();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2000 + (100 * count));
    }

    [Fact]
    public void A_process_that_is_gone_is_none() => Assert.Null(ProcessStat.Read(int.MaxValue));
}
