import ServingCore
import Shadow
import Synchronization
import TestSupport
import Testing

@Suite struct ShadowTrialTests {
    @Test func aSampledRequestBecomesAPairWithBothAnswers() async throws {
        let stage = try ShadowStage(
            candidate: FakeEngine { _, _, _ in [ShadowStage.row(9)] }
        )
        stage.send(5, id: "a")
        let counts = await stage.settled()
        #expect(counts.paired == 1)
        let pair = try #require(stage.pairs.pairs.first)
        #expect(pair.release == ShadowStage.release.id)
        #expect(pair.requestID == "a")
        #expect(pair.inputs.map(\.name) == ["x"])
        #expect(pair.live.outcome == .answered)
        #expect(pair.live.nanoseconds == 1_000)
        #expect(pair.live.outputs.first?.tensor.values(as: Int32.self) == [5])
        #expect(pair.candidate.outputs.first?.tensor.values(as: Int32.self) == [9])
        #expect(pair.noise == nil)
        await stage.shutDown()
    }

    @Test func pairIDsGrowAlthoughTheClockStands() async throws {
        let stage = try ShadowStage()
        for value in 0..<50 { stage.send(Int32(value)) }
        _ = await stage.settled()
        let ids = stage.pairs.pairs.map(\.id)
        #expect(ids == ids.sorted() && Set(ids).count == 50)
        #expect(ids.first == 5_000)
        await stage.shutDown()
    }

    @Test func theNoiseSampleAsksTheLiveVersionAgain() async throws {
        let live = FakeEngine { _, _, _ in [ShadowStage.row(6)] }
        let stage = try ShadowStage(live: live, settings: TrafficSettings(shadow: 1, noise: 1))
        stage.send(5)
        _ = await stage.settled()
        #expect(stage.pairs.pairs.first?.noise?.outputs.first?.tensor.values(as: Int32.self) == [6])
        await stage.shutDown()
    }

    @Test func onceLiveIsKnownToBeDeterministicATenthIsAskedAgain() async throws {
        let stage = try ShadowStage(settings: TrafficSettings(shadow: 1, noise: 1))
        stage.service.noteLiveDeterministic(ShadowStage.release.id)
        for value in 0..<1_000 { stage.send(Int32(value)) }
        _ = await stage.settled()
        let noise = stage.pairs.pairs.count { $0.noise != nil }
        #expect((60...150).contains(noise))
        await stage.shutDown()
    }

    @Test func aFailingCandidateIsAnOutcomeNotAGap() async throws {
        let stage = try ShadowStage(
            candidate: FakeEngine { (_, _, _) throws(InferenceError) in throw InferenceError(.modelFailed, "no") }
        )
        for value in 0..<100 { stage.send(Int32(value)) }
        let counts = await stage.settled()
        #expect(counts.paired == 100)
        #expect(stage.pairs.pairs.allSatisfy { $0.candidate.outcome == .error && $0.candidate.reason == "no" })
        await stage.shutDown()
    }

    @Test func anAnswerOfTheWrongShapeIsInvalid() async throws {
        let stage = try ShadowStage(
            candidate: FakeEngine { _, _, _ in [Tensor.of(.int32, [Int32(1), 2], shape: [1, 2])] }
        )
        stage.send(1)
        _ = await stage.settled()
        #expect(stage.pairs.pairs.first?.candidate.outcome == .invalid)
        await stage.shutDown()
    }

    @Test func aFailedLiveAnswerIsPairedToo() async throws {
        let stage = try ShadowStage()
        stage.send(1, live: .failure(InferenceError(.modelFailed, "live broke")))
        _ = await stage.settled()
        let pair = try #require(stage.pairs.pairs.first)
        #expect(pair.live.outcome == .error && pair.live.reason == "live broke")
        #expect(pair.candidate.outcome == .answered)
        await stage.shutDown()
    }

    @Test func aRunThatExceedsItsTimeIsStoppedAndTimesOut() async throws {
        let stage = try ShadowStage(
            candidate: FakeEngine { (_, _, cancellation) throws(InferenceError) in
                let stopped = Gate()
                if cancellation?.begin(stop: { stopped.open() }) == true { stopped.pass() }
                throw InferenceError(.timeout, "stopped")
            },
            limits: ShadowLimits(timeout: 1_000_000)
        )
        stage.send(1)
        let counts = await stage.settled()
        #expect(counts.paired == 1)
        #expect(stage.pairs.pairs.first?.candidate.outcome == .timeout)
        await stage.shutDown()
    }

    @Test func whatWaitsWhenTheCandidateLeavesIsDroppedForThat() async throws {
        let gate = Gate()
        let stage = try ShadowStage(
            candidate: FakeEngine { inputs, _, _ in
                gate.pass()
                return inputs
            }
        )
        for value in 0..<10 { stage.send(Int32(value)) }
        let late = try #require(stage.lane.decide(requestID: nil, skips: false, segments: []))
        #expect(await eventually { stage.counts.pending == 11 })
        stage.lane.seal()
        stage.lane.offer(
            late,
            requestID: nil,
            source: .tensors([ShadowStage.row(1)], outputs: nil, live: .success([])),
            liveNanoseconds: 0,
            bodyBytes: 0
        )
        gate.open()
        await stage.close()
        let counts = stage.counts
        #expect(counts.pending == 0)
        #expect(counts.sampled == 11)
        #expect(counts.sampled == counts.paired + counts.droppedTotal)
        #expect(Set(counts.dropped.keys) == ["candidate_not_ready"])
        await stage.shutDown()
    }

    @Test func aFullQueueRefusesTheNewest() async throws {
        let gate = Gate()
        let stage = try ShadowStage(
            candidate: FakeEngine { inputs, _, _ in
                gate.pass()
                return inputs
            },
            limits: ShadowLimits(queue: 4)
        )
        for value in 0..<10 { stage.send(Int32(value)) }
        #expect(stage.counts.dropped == ["queue_full": 6])
        gate.open()
        #expect(await stage.settled().paired == 4)
        await stage.shutDown()
    }

    @Test func theBytesThatMayWaitAreBounded() async throws {
        let gate = Gate()
        let stage = try ShadowStage(
            candidate: FakeEngine { inputs, _, _ in
                gate.pass()
                return inputs
            },
            limits: ShadowLimits(bytes: 1_200)
        )
        for value in 0..<5 { stage.send(Int32(value)) }
        #expect(stage.counts.dropped == ["bytes": 3])
        gate.open()
        #expect(await stage.settled().paired == 2)
        await stage.shutDown()
    }

    @Test func aRequestLargerThanAllowedIsNotMirrored() async throws {
        let stage = try ShadowStage(limits: ShadowLimits(requestBytes: 100))
        stage.send(1)
        #expect(await stage.settled().dropped == ["too_large": 1])
        await stage.shutDown()
    }

    @Test func anEventLoopUnderPressureLetsNothingThrough() async throws {
        let stage = try ShadowStage()
        for _ in 0..<20 { stage.pressure.adjust(demand: 1, late: 0) }
        #expect(!stage.send(1))
        #expect(await stage.settled().dropped == ["overload": 1])
        await stage.shutDown()
    }

    @Test func aClientThatLeavesIsCounted() async throws {
        let stage = try ShadowStage()
        let ticket = try #require(stage.lane.decide(requestID: nil, skips: false, segments: []))
        #expect(stage.counts.pending == 1)
        stage.lane.giveUp(ticket, .clientGone)
        #expect(await stage.settled().dropped == ["client_gone": 1])
        await stage.shutDown()
    }

    @Test func aRequestThatAsksNotToBeMirroredIsNotSampled() async throws {
        let stage = try ShadowStage()
        #expect(stage.lane.decide(requestID: nil, skips: true, segments: []) == nil)
        #expect(stage.counts.optedOut == 1 && stage.counts.sampled == 0)
        await stage.shutDown()
    }

    @Test func inputsAreMatchedByNameNotByPlace() async throws {
        let one = TensorSpec(name: "a", datatype: .int32, shape: [1])
        let other = TensorSpec(name: "b", datatype: .int32, shape: [1])
        let sum = [TensorSpec(name: "y", datatype: .int32, shape: [1])]
        let first: FakeEngine.Body = { inputs, _, _ in [inputs[0]] }
        let stage = try ShadowStage(
            live: FakeEngine(signature: ModelSignature(inputs: [one, other], outputs: sum), body: first),
            candidate: FakeEngine(signature: ModelSignature(inputs: [other, one], outputs: sum), body: first)
        )
        let ticket = try #require(stage.lane.decide(requestID: nil, skips: false, segments: []))
        stage.lane.offer(
            ticket,
            requestID: nil,
            source: .tensors(
                [.of(.int32, [Int32(1)]), .of(.int32, [Int32(2)])],
                outputs: nil,
                live: .success([.of(.int32, [Int32(1)])])
            ),
            liveNanoseconds: 0,
            bodyBytes: 0
        )
        _ = await stage.settled()
        #expect(stage.pairs.pairs.first?.candidate.outputs.first?.tensor.values(as: Int32.self) == [2])
        await stage.shutDown()
    }

    @Test func aRequestTheCandidateCannotTakeIsItsError() async throws {
        let wide = TensorSpec(name: "x", datatype: .int32, shape: [-1, 2])
        let stage = try ShadowStage(
            candidate: FakeEngine(signature: ModelSignature(inputs: [wide], outputs: FakeEngine.rows.outputs))
        )
        stage.send(1)
        _ = await stage.settled()
        #expect(stage.pairs.pairs.first?.candidate.outcome == .error)
        await stage.shutDown()
    }

    @Test func theLawHoldsAcrossLoopsAndThreads() async throws {
        let stage = try ShadowStage(
            settings: TrafficSettings(shadow: 0.7, noise: 0.3),
            limits: ShadowLimits(queue: 64, concurrency: 3)
        )
        let trial = stage.trial
        await withTaskGroup(of: Void.self) { group in
            for loop in 0..<4 {
                group.addTask {
                    await onThread {
                        let lane = MirrorLane(
                            trial,
                            settings: TrafficSettings(shadow: 0.7, noise: 0.3),
                            pressure: LoopPressure()
                        )
                        for number in 0..<5_000 {
                            let id = "\(loop)-\(number)"
                            guard let ticket = lane.decide(requestID: id, skips: false, segments: []) else { continue }
                            if number % 7 == 0 {
                                lane.giveUp(ticket, .clientGone)
                                continue
                            }
                            lane.offer(
                                ticket,
                                requestID: id,
                                source: .tensors(
                                    [ShadowStage.row(Int32(number))],
                                    outputs: nil,
                                    live: .success([ShadowStage.row(Int32(number))])
                                ),
                                liveNanoseconds: 0,
                                bodyBytes: 0
                            )
                        }
                    }
                }
            }
        }
        let counts = await stage.settled()
        #expect(counts.sampled > 13_000)
        #expect(Set(stage.pairs.pairs.map(\.id)).count == Int(counts.paired))
        await stage.shutDown()
    }

    @Test func aThreadThatHadNothingToDoForLongIsWoken() async throws {
        let stage = try ShadowStage()
        stage.send(1)
        _ = await stage.settled()
        // It tells nobody when it stops looking by itself, 50 ms after its last request.
        let later = ContinuousClock.now + .milliseconds(150)
        #expect(await eventually { ContinuousClock.now > later })
        stage.send(2)
        #expect(await stage.settled().paired == 2)
        await stage.shutDown()
    }

    @Test func theCountsOfAReleaseOutliveItsTrials() async throws {
        let stage = try ShadowStage()
        stage.send(1)
        _ = await stage.settled()
        await stage.close()
        #expect(stage.counts.paired == 1)
        await stage.shutDown()
    }

    @Test func theCountsOfAModelOutliveItsReleases() async throws {
        let stage = try ShadowStage()
        for value in 0..<3 { stage.send(Int32(value)) }
        _ = await stage.settled()
        await stage.close()
        #expect(stage.service.figures()["m"]?.counts.paired == 3)
        var next = ShadowStage.release
        next.id += 1
        let trial = stage.service.open(
            next,
            live: stage.trial.candidate,
            candidate: stage.trial.live,
            limits: ShadowLimits()
        )
        let lane = MirrorLane(trial, settings: TrafficSettings(shadow: 1, noise: 0), pressure: stage.pressure)
        let ticket = try #require(lane.decide(requestID: nil, skips: false, segments: []))
        #expect(stage.service.figures()["m"]?.counts.sampled == 4)
        lane.giveUp(ticket, .clientGone)
        lane.seal()
        await withCheckedContinuation { continuation in
            stage.service.close(trial, .candidateNotReady) { continuation.resume() }
        }
        let counts = try #require(stage.service.figures()["m"]?.counts)
        #expect(counts.sampled == 4 && counts.paired == 3 && counts.dropped == ["client_gone": 1])
        #expect(stage.service.totals() == counts)
        await stage.shutDown()
    }

    @Test func theSameTwoModelsKeepTheirTrial() async throws {
        let stage = try ShadowStage()
        let again = stage.service.open(
            ShadowStage.release,
            live: stage.trial.live,
            candidate: stage.trial.candidate,
            limits: ShadowLimits()
        )
        #expect(again === stage.trial)
        await stage.shutDown()
    }
}
